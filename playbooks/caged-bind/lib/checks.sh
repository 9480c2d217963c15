# What named-checkconf says of what is about to be served, and of what is in the cage.

# check_as_in_cage: what the configuration names is laid out in the private directory, and checked there with that as the
# root directory: what lies elsewhere on the host is not seen.
check_as_in_cage() {
  in_plan && ! has_checkconf && return 0
  stage=$m_work/stage
  rm -rf "$stage"
  mkdir -p "$stage/etc" "$stage$namedb"
  {
    printf '%s\n' "$named_conf" /etc/rndc.key
    facts_of include
    facts_of read | sed 's/^[^	]*	//'
    facts_of written | sed -n 's/^.* (dynamic)	//p'
  } | sort -u | while IFS= read -r path; do
    [ ! -f "$path" ] || printf '%s\n' "${path#/}"
  done >"$m_work/stage.list"
  {
    facts_of directory
    facts_of keys | sed 's/^[^	]*	//'
    facts_of managed
  } | while IFS= read -r path; do
    mkdir -p "$stage$path"
  done
  if (cd / && tar chf - -T "$m_work/stage.list") 2>"$m_work/stage.err" | (cd "$stage" && tar xpf -) 2>>"$m_work/stage.err" && staged_whole; then
    check_before -t "$stage"
  else
    notice "the content could not be laid out in $m_work for its check ($(tail -n 1 "$m_work/stage.err")): it is checked where it is on the host"
    check_before
  fi
  rm -rf "$stage"
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
    notice 'there is no named-checkconf (a BIND 8 has none): what would be served is not checked before it replaces anything'
    return 0
  }
  if said=$(checkconf ${1+"$@"}); then
    [ ! -f "$m_work/zones.unchecked" ] || notice "$checkconf knows no -z: the configuration is checked, its zones are not"
    return 0
  fi
  printf '%s\n' "$said" >&2
  fail "what would be served is not good, and nothing was replaced: $(printf '%s\n' "$said" | awk 'NR <= 6 { printf "%s%s", (NR > 1 ? "; " : ""), $0 }')"
}

# checkconf [-t DIRECTORY]: named-checkconf says what is wrong with the configuration and its zones, if anything is.
checkconf() {
  ! run_checkconf checkconf ${1+"$@"} || return 0
  awk '!/: loaded serial / && !/: not loaded due to errors/ && !/^_default\//' "$m_work/checkconf"
  return 1
}

# run_checkconf FILE [-t DIRECTORY]: after has_checkconf: what it says goes into FILE of the private directory. One of
# 2001 loads no zones: it knows no -z, and says how it is used.
run_checkconf() {
  checked_into=$m_work/$1
  shift
  ! "$checkconf" ${1+"$@"} -z "$named_conf" >"$checked_into" 2>&1 </dev/null || return 0
  grep '^[Uu]sage:' "$checked_into" >/dev/null || return 1
  "$checkconf" ${1+"$@"} "$named_conf" >"$checked_into" 2>&1 </dev/null || return 1
  : >"$m_work/zones.unchecked"
}

# prove_content: the checker has nothing to say against what is in the cage, if there is one.
prove_content() {
  if has_checkconf; then
    expect 'the configuration and its zones are good inside the cage' checkconf -t "$cage"
  else
    notice 'there is no named-checkconf: nothing but its own start says that the content is good'
  fi
}
