# The named that serves now, and what its configuration needs: looked at before anything is touched, because what cannot move
# into the cage, or would be lost on the way, is refused here by name.
state() {
  choices
  look_ahead_at_all
  look_at_named
  find_ours
  refuse_strangers
  look_at_serving
  refuse_other_serving
  if [ "$config_from" = host ]; then
    survey_content
    notice_places
    notice_unread
    find_differences
    [ -z "$differs" ] || check_as_in_cage
  else
    no_facts
    find_loaded_from_named
    [ -z "$loaded" ] || fail "$loaded; nothing was replaced"
  fi
  find_ask_port
  refuse_silence
  [ "$config_from" = playbook ] || refuse_lower_serials
}

verify() {
  choices
  # Known already behind a state.
  if [ -z "${looked_at_named-}" ]; then
    look_at_named
    find_ours
    look_at_serving
  fi
  observe '~named.serves' "$old_command"
  find_listening "$old_pid"
  observe '~named.listens' "$listening"
}
