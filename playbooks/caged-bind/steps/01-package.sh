# Installing the BIND package.
state() {
  case $package_source in
    pkgsrc) package "$package_name" --pattern "$package_pattern" --pkgsrc "$pkgsrc_directory" --provides "$program" --provides "$rc_script" ;;
    *) package "$package_name" --pattern "$package_pattern" --from "$package_path" --provides "$program" --provides "$rc_script" ;;
  esac
}

verify() {
  expect 'the program of the package runs' "$program" -v
  observe bind.package "$(pkg_info -e "$package_pattern")"
  observe bind.version "$("$program" -v | awk 'NR == 1 { print $2 }')"
}
