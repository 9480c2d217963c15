# In an apply: an answer that a step got from one look at many paths (looked.sh) is confirmed. A raw command of a step may
# change things without a notice. So everything that the step used is looked at again before the first change and at the end
# of the step. If something differs, the step begins again, and looks at each path by itself.

# m__begin_state: in the subshell of a step: takes over what the driver and the steps before it saw. In an apply, each answer
# that the step uses of it is noted down, to be confirmed.
m__begin_state() {
  : >"$m_work/looks.told"
  : >"$m_work/looks.digested"
  m__read_looks
  [ "$m__mode_run" != apply ] || m__confirms=1
}
m__confirms=

# m__end_state: in an apply, before the step looks at what it declared: from here on everything is looked at anew.
m__end_state() {
  [ "$m__mode_run" = apply ] || return 0
  ! m__some_wait || m__make_waiting
  m__confirm_looks
  m__confirms='' m__hints='' m__verifies=1
  : >"$m_work/services.asked"
  m__begin_looks
}
m__verifies=

# m__drop_looks: something is about to change, so no earlier look holds any longer. In a plan nothing changes.
m__drop_looks() {
  [ "$m__mode_run" = apply ] || return 0
  m__confirm_looks
  ! m__looks_hold || : >"$m_work/looked.$m__looks.1"
  m__looked=0
}

# m__confirm_looks: confirms that every used answer still holds; otherwise the step begins again without those answers.
m__confirm_looks() {
  [ -n "$m__confirms" ] && m__looks_lie || return 0
  : >"$m_work/look.again"
  fail 'something changed what the step had looked at'
}

# m__looks_lie: true if a used answer does not hold any more. Then none of these answers is used again.
m__looks_lie() {
  m__looks_hold || return 1
  m__read_looks
  m__confirm_with m__look_confirms "$m_work/looks.told" && m__confirm_with m__digest_confirms "$m_work/looks.digested" && return 1
  : >"$m_work/looked.$m__looks.1"
}

# m__confirm_with FUNCTION FILE: FUNCTION confirms the paths that are listed in FILE. The list is empty afterwards.
m__confirm_with() {
  local m__path m__function m__list
  [ -s "$2" ] || return 0
  m__function=$1 m__list=$2
  set --
  while IFS= read -r m__path; do
    set -- ${1+"$@"} "$m__path"
  done <"$m__list"
  : >"$m__list"
  "$m__function" "$@"
}

m__look_confirms() {
  ls -ldn "$@" >"$m_work/looks.now" 2>/dev/null && m__is_as_told $#
}

# m__digest_confirms FILE...: their digests are those that the step used. The tool prints them in the order of its arguments.
m__digest_confirms() {
  local m__line m__own_digest
  m__own_digest=${m_digest_value-}
  m__digests_of "$@" >"$m_work/looks.now" 2>/dev/null || return 1
  while IFS= read -r m__line; do
    m__digest_in "$m__line"
    [ $# -gt 0 ] && "m__looked_$m__looked" "digest $1" && [ "$m_digest_value" = "$m__t_digest" ] || return 1
    shift
  done <"$m_work/looks.now"
  m_digest_value=$m__own_digest
  [ $# -eq 0 ]
}

# m__is_as_told NUMBER: looks.now has NUMBER lines, and they agree with the answers that were used. The names inside a
# directory were never part of an answer.
m__is_as_told() {
  local m__left m__path m__now_bits m__now_links m__now_uid m__now_gid m__now_bytes m__rest
  m__left=$1
  while read -r m__now_bits m__now_links m__now_uid m__now_gid m__now_bytes m__rest; do
    m__left=$((m__left - 1))
    m__path=/${m__rest#*" /"}
    case $m__now_bits in l*) m__path=${m__path%%" -> "*} ;; esac
    "m__looked_$m__looked" "$m__path" || return 1
    [ "$m__now_bits $m__now_uid $m__now_gid" = "$m__t_bits $m__t_uid $m__t_gid" ] || return 1
    case $m__now_bits in
      d*) ;;
      l*) [ "/${m__rest#*" /"}" = "$m__path -> $m__t_target" ] || return 1 ;;
      *) [ "$m__now_links" = "$m__t_links" ] || return 1 ;;
    esac
  done <"$m_work/looks.now"
  [ "$m__left" -eq 0 ]
}

# m__must_look_again: in the driver: true if the step ended because something changed what it had looked at, or if it failed
# while that was so. Then the step begins again, and looks at each path by itself. A guarded host (m_guard) is worse off
# meanwhile, so its step does not begin again.
m__must_look_again() {
  m__look_singly=
  if [ -f "$m_work/look.again" ]; then
    rm -f "$m_work/look.again"
  else
    [ "$m__status" -ne 0 ] && [ "$m__mode_run" = apply ] && m__looks_lie || {
      m__looked=0
      return 1
    }
  fi
  m__looked=0
  ! m__guards && ! m__was_ended || return 1
  # What the step found out may rest on an answer that does not hold.
  m_forget_known
  m__look_singly=1
}
m__look_singly=

# m__guards: the step guarded the host, and something is to be run at its end.
m__guards() {
  local m__at_its_end
  [ -s "$m_work/guarded" ] && IFS= read -r m__at_its_end <"$m_work/guarded" && [ "$m__at_its_end" != : ]
}
