# What is served: named.conf and the zones, taken from the host, or made from the playbook's template and the operator's
# zone files. All of it is looked at and checked, zones loaded, before a single file in the cage is replaced: a bad zone
# ends the run here, while the old named still serves the old content.
state() {
  choices
  m_together content_in_cage
  # The directory of the keys that named manages itself. Without it, named complains at every start.
  own_directory "$namedb/keys"
  close_the_rest
}

content_in_cage() {
  case $config_from in
    playbook)
      no_facts
      find_places
      content_of_playbook
      ;;
    *) content_of_host ;;
  esac
  caged_localtime
  caged_key
}

verify() {
  choices
  prove_content
  read_configuration "$cage" || :
  find_places
  prove_access
  prove_written_zones
  # As text, so that a comparison shows the lines; without the keys that stand in it.
  find_masked "$cage$named_conf"
  observe named.conf "$masked_text"
  find_printed caged_zones
  observe zones "$printed"
}
