# .login: skeleton of a new home.
