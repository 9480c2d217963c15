# Resources of this playbook: variables that rc.conf must not set; and the rule of all steps that prepare the switch.

# all_or_nothing: from here to the end of the hand-over, what would serve after a boot is not what serves now: a step that
# does not end well rolls the run back.
all_or_nothing() {
  in_plan || m_guard ':'
}

# rc_conf_unset FILE NAME...: FILE, if it is there, assigns none of these. Comments and everything else stay.
rc_conf_unset() {
  m_begin_path rc_conf_unset "$1"
  shift
  m_options 'owner= group= mode='
  m_see "$m_path"
  if [ "$m_type" = absent ]; then
    return 0
  fi
  if [ "$m_type" = file ] && [ -z "$m_after" ] && ! assigns_any "$m_content" "$@"; then
    m_say ok ''
    return 0
  fi
  printf '%s\n' "$*" >"$m_work/edit.names"
  m_stage
  awk -v values="$m_work/edit." '
    BEGIN {
      getline line < (values "names")
      n = split(line, list, " ")
      for (i = 1; i <= n; i++) unwanted[list[i]] = 1
    }
    # The end of the word that begins at s: quotes are heeded, a blank or semicolon outside of them ends it.
    function word_end(s,    i, c, q) {
      for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (q == "" && (c == " " || c == "\t" || c == ";")) return i
        if (c == "\\" && q != "\047") i++
        else if (q == "" && (c == "\"" || c == "\047")) q = c
        else if (c == q) q = ""
      }
      if (q != "") exit 3
      return i
    }
    {
      key = $0
      sub(/^[ \t]*/, "", key)
      if (key ~ /^[A-Za-z_][A-Za-z0-9_]*=/) {
        rest = key
        sub(/=.*/, "", key)
        if (key in unwanted) {
          rest = substr(rest, word_end(rest))
          sub(/^[ \t;]*/, "", rest)
          print key > (values "unset")
          if (rest != "" && rest !~ /^#/) print rest
          next
        }
      }
      print
    }' "$m_content" >"$m_new_file" || fail "rc_conf_unset: a value in $m_path has several lines; correct it by hand"
  if [ -f "$m_work/edit.unset" ]; then
    while IFS= read -r key; do
      m_touched "$m_path:$key"
      m_need "without $key"
    done <"$m_work/edit.unset"
    rm -f "$m_work/edit.unset"
  fi
  m_place "$m_new_file" 0644
}

# assigns_any FILE NAME...: a line of FILE begins with the assignment of one of these. Starts no process.
assigns_any() {
  any_in=$1
  shift
  while read -r text || [ -n "$text" ]; do
    for any_name do
      case $text in "$any_name"=*) return 0 ;; esac
    done
  done <"$any_in"
  return 1
}
