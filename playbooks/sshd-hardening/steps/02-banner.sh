# The banner. Its text is rendered on the controller, so it can name the host.
applies() {
  [ -n "$banner_text" ] || {
    printf 'banner_text is empty\n'
    return 1
  }
}

state() {
  template "$banner_file" --source banner --owner root --group wheel --mode 0644
}

verify() {
  expect_file "$banner_file" 0644
}
