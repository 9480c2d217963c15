# What named-checkconf says of what is about to be served, and of what is in the cage.

# check_as_in_cage: what the configuration names is laid out in the private directory, and checked there with that as the
# root directory: what lies elsewhere on the host is not seen.
check_as_in_cage() {
  in_plan && ! has_checkconf && return 0
  stage=$m_work/stage
  ! is_there "$stage" || rm -rf "$stage"
  awk -F '\t' -v conf="$named_conf" '
    function add(path) { if (!seen[path]++) print path }
    BEGIN { add(conf); add("/etc/rndc.key") }
    $1 == "include" { add($2) }
    $1 == "read" || $1 == "written" && $2 ~ / \(dynamic\)$/ { add($3) }' "$m_work/facts" >"$m_work/stage.paths"
  : >"$m_work/stage.list"
  while IFS= read -r path <&5; do
    [ ! -f "$path" ] || stage_file "$path"
  done 5<"$m_work/stage.paths"
  printf '%s\n' "$stage/etc" "$stage$namedb" >"$m_work/stage.dirs"
  while IFS='	' read -r kind path rest; do
    case $kind in
      directory | managed) path=$stage$path ;;
      keys) path=$stage$rest ;;
      *) continue ;;
    esac
    [ -d "$path" ] || printf '%s\n' "$path"
  done <"$m_work/facts" >>"$m_work/stage.dirs"
  with_lines "$m_work/stage.dirs" 'mkdir -p'
  if (cd / && tar chf - -T "$m_work/stage.list") 2>"$m_work/stage.err" | (cd "$stage" && tar xpf -) 2>>"$m_work/stage.err" && staged_whole; then
    check_before -t "$stage"
  else
    notice "the content could not be copied to $m_work for its check ($(tail -n 1 "$m_work/stage.err")): it is checked at its place on the host"
    check_before
  fi
  rm -rf "$stage"
}

# stage_file PATH: for tar, which follows links; or at once, where others than root may put something else in its place.
stage_file() {
  case $1/ in */../*) fail "$1 cannot be checked: write its path without ..; nothing was replaced" ;; esac
  path_dir=${1%/*}
  if [ ! -h "$1" ] && m_walk "${path_dir:-/}" && [ -z "$m_foreign" ]; then
    printf '%s\n' "${1#/}" >>"$m_work/stage.list"
    return 0
  fi
  m_read "$1" "$m_work/stage.file" "$m_copy_most" || fail "$1 cannot be checked: $m_read_why; nothing was replaced"
  mkdir -p "$stage$path_dir" && cp "$m_work/stage.file" "$stage$1"
}

# staged_whole: true when each file of the list is there: tar may stop in the middle of a full disk, and a pipe tells only
# how its end went.
staged_whole() {
  while IFS= read -r path; do
    [ -f "$stage/$path" ] || return 1
  done <"$m_work/stage.list"
}

# check_before [-t DIRECTORY]: what is about to be served is good. With the named-checkconf of the program that will
# serve it, or, until that is there, of the one that does.
check_before() {
  has_checkconf || {
    notice 'there is no named-checkconf (a BIND 8 has none): the new content is not checked before it replaces anything'
    return 0
  }
  if said=$(checkconf ${1+"$@"}); then
    [ ! -f "$m_work/zones.unchecked" ] || notice "$checkconf knows no -z: the configuration is checked, its zones are not"
    return 0
  fi
  printf '%s\n' "$said" >&2
  fail "the new content has errors, and nothing was replaced: $(printf '%s\n' "$said" | awk 'NR <= 6 { printf "%s%s", (NR > 1 ? "; " : ""), $0 }')"
}

# checkconf [-t DIRECTORY]: named-checkconf says what is wrong with the configuration and its zones, if anything is.
checkconf() {
  checked=checkconf
  [ "${2-}" != "$cage" ] || checked=checked
  ! run_checkconf "$checked" ${1+"$@"} || return 0
  awk '!/: loaded serial / && !/: not loaded due to errors/ && !/^_default\//' "$m_work/$checked"
  return 1
}

# run_checkconf FILE [-t DIRECTORY]: after has_checkconf: what it says goes into FILE of the private directory, which is `checked`
# for the cage, and is asked once there. One of 2001 loads no zones: it knows no -z, and says how it is used.
run_checkconf() {
  checked_into=$m_work/$1
  shift
  if [ "${2-}" = "$cage" ]; then
    ! m_is_known checked good || return 0
    ! m_is_known checked bad || return 1
    m_note_known checked bad
  fi
  # It would wait for ever at what named put in the place of a zone.
  no_plain_files "${2-}" >"$checked_into"
  [ ! -s "$checked_into" ] || return 1
  if ! within_check ${1+"$@"} -z "$named_conf"; then
    grep '^[Uu]sage:' "$checked_into" >/dev/null || return 1
    within_check ${1+"$@"} "$named_conf" || return 1
    : >"$m_work/zones.unchecked"
  fi
  [ "${2-}" != "$cage" ] || m_note_known checked good
}

# within_check WORD...: the checker with these words; what it says goes into checked_into. What loads no zone ends soon.
within_check() {
  check_limit=60
  case " $* " in *' -z '*) check_limit=1800 ;; esac
  within_name=${checked_into##*/}
  # shellcheck disable=SC2016
  within "$check_limit" sh -c 'exec "$@" 2>&1' sh "$checkconf" "$@" && return 0
  [ "$within_status" != late ] || printf '%s did not end within %s s\n' "$checkconf" "$check_limit" >>"$checked_into"
  return 1
}

# no_plain_files ROOT: prints in words the configuration, and what it includes and the zones of the facts, as far as they are there
# below ROOT and no plain files.
no_plain_files() {
  no_plain_file "$1$named_conf" "$1"
  [ -f "$m_work/facts" ] || return 0
  while IFS= read -r fact; do
    case $fact in
      'include	'*) no_plain_file "$1${fact#*	}" "$1" ;;
      'read	zone '*'	'* | 'written	'*'	'*)
        fact=${fact#*	}
        no_plain_file "$1${fact#*	}" "$1"
        ;;
    esac
  done <"$m_work/facts"
}

no_plain_file() {
  [ ! -e "$1" ] || [ -f "$1" ] || printf '%s is no plain file\n' "${1#"${2-}"}"
}

# prove_content: the checker has nothing to say against what is in the cage, if there is one.
prove_content() {
  if has_checkconf; then
    find_printed checkconf -t "$cage"
    [ "$printed_status" = 0 ] || : "${printed:=it does not hold}"
    [ "$printed_status" != 0 ] || printed=
    m_check 'the configuration and its zones are good inside the cage' "$printed"
  else
    notice 'there is no named-checkconf: only a start of named proves that the content is good'
  fi
}
