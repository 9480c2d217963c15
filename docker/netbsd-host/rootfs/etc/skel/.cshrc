# .cshrc: skeleton of a new home.
