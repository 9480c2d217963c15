# Services whose program, or whose rc script, a run changes: the next boot starts them with what the run put there, whether or not the
# run came to restart them. So what ran is recorded as for a change of rc.conf (switches.sh), with `program` as its variable.

# m__record_program PATH: before PATH changes. A program may be a copy in a cage, whose path ends in that of the program.
m__record_program() {
  local m__program m__service_of
  case $1 in
    /etc/rc.d/*)
      m__names_of=
      m__record_switch "${1##*/}" program
      ;;
    */sbin/* | */bin/* | */libexec/*)
      m__list_programs
      while IFS='|' read -r m__program m__service_of <&6; do
        case $1 in *"$m__program") m__record_switch "$m__service_of" program ;; esac
      done 6<"$m_work/programs"
      ;;
  esac
}

# m__record_programs FILE: the same for every path in FILE, a line each: what a package brings or takes along.
m__record_programs() {
  local m__service_of
  m__list_programs
  awk -F'|' -v paths="$1" '
    BEGIN { while ((getline line < paths) > 0) touched[line] = 1 }
    $1 in touched { print $2 }' "$m_work/programs" >"$m_work/programs.touched"
  while IFS= read -r m__service_of <&6; do
    m__record_switch "$m__service_of" program
  done 6<"$m_work/programs.touched"
  [ ! -s "$m_work/programs.touched" ] || m__sync
}

# m__list_programs: into $m_work/programs, `PROGRAM|SERVICE` as the rc scripts say, once for a step: a step may bring a script.
m__list_programs() {
  [ "${m__programs_of-}" != "$m_step" ] || return 0
  m__programs_of=$m_step
  awk -v OFS='|' '
    function value(line) {
      sub(/^[a-z]*=["\047]*/, "", line)
      sub(/["\047 \t;].*/, "", line)
      return line
    }
    /^name=/ { name[FILENAME] = value($0) }
    /^command=/ && !(FILENAME in command) { command[FILENAME] = value($0) }
    END {
      for (file in command) {
        path = command[file]
        gsub(/\$\{name\}|\$name/, name[file], path)
        service = file
        sub(/.*\//, "", service)
        if (path ~ /^\//) print path, service
      }
    }' /etc/rc.d/* >"$m_work/programs" 2>/dev/null </dev/null || :
}
