# Installing the BIND package.
applies() {
  [ "$named_source" = package ] || {
    printf 'named comes from the base system\n'
    return 1
  }
}

state() {
  choices
  case $package_source in
    pkgsrc) package "$package_name" --pattern "$package_pattern" --pkgsrc "$pkgsrc_directory" --provides "$program" --provides "$rc_script" ;;
    *) package "$package_name" --pattern "$package_pattern" --tool "$package_tool" --from "$package_path" --provides "$program" --provides "$rc_script" ;;
  esac
}

verify() {
  choices
  # It is asked once; in a run that changes nothing, for the facts.
  if in_plan && [ "$program" = /usr/pkg/sbin/named ] && [ -n "$fact_named_package" ]; then
    printf 'BIND %s\n' "$fact_named_package" >"$m_work/version.said"
    m_check 'the program of the package runs' ''
  elif "$program" -v >"$m_work/version.said" 2>"$m_work/version.err"; then
    m_check 'the program of the package runs' ''
  else
    seen=$(cat "$m_work/version.said" "$m_work/version.err")
    m_check 'the program of the package runs' "${seen:-it does not hold}"
  fi
  if [ "$style" = chrootdir ] && [ "$rc_chrootdir" = no ]; then
    m_check 'its rc script can cage named' "$rc_script knows no named_chrootdir; set cage_style to chroot8"
  fi
  # A comparison does not ask what is declared.
  installed=${m_package-}
  [ -n "$installed" ] || installed=$(pkg_info -e "$package_pattern")
  observe bind.package "$installed"
  read -r name version rest <"$m_work/version.said" || version=
  observe bind.version "$version"
}
