# Resources of this playbook: what goes into the cage.

# skeleton_is_roots: what the article's `useradd -m` put into the cage is not named's to write.
skeleton_is_roots() {
  ! m_is_known top none || return 0
  (cd "$cage" && find . ! -name . -type d -prune -o -type f -user "$run_user" ! -name "*$m_nl*" -print) 2>/dev/null >"$m_work/skeleton" || :
  while IFS= read -r name <&5; do
    mode_owner "$cage/${name#./}" --owner 0
  done 5<"$m_work/skeleton"
}

# starts_in_cage: the program starts with the cage as its root directory. With the rights of our user: in a cage that was its
# own until now, the program and its libraries may be anything. One that does not start may leave a core where it stands: there
# is none, because nobody would know whose it is.
starts_in_cage() {
  # Every sh that descends from ash has it.
  # shellcheck disable=SC3045
  (cd / && ulimit -c 0 && within 60 chroot -u "$run_user" -g "$run_group" -G "$run_group" "$cage" "$program" -v) && return 0
  dd if="$m_work/within.err" bs=2000 count=1 2>/dev/null
  return 1
}

# libraries_of PROGRAM: prints the shared libraries that ldd names, one a line.
libraries_of() {
  ldd "$1" 2>/dev/null | awk '/=>/ && $3 ~ /^\// { print $3 }' | sort -u
}

# linkers: prints the run-time linkers of this host. Both names: a program asks for the one it was linked with.
linkers() {
  for linker in /usr/libexec/ld.so /usr/libexec/ld.elf_so /libexec/ld.elf_so; do
    [ ! -f "$linker" ] || printf '%s\n' "$linker"
  done
}

# caged_program PROGRAM: a program is in the cage with all that it needs to start there, links followed, in
# directories of root's. The article's tar copied links as links, and every library and the linker are links on NetBSD:
# its cage was dead.
caged_program() {
  as_one caged_program "$cage$1" --together
  if is_there "$1"; then
    {
      printf '%s\n' "$1"
      libraries_of "$1"
      linkers
    } >"$m_work/parts"
    if ! parts_are_current; then
      while IFS= read -r part <&6; do
        directory "$cage${part%/*}"
        copy "$cage$part" --from "$part" --owner 0 --group 0
      done 6<"$m_work/parts"
    fi
  else
    will_exist "$1" || fail "caged_program: there is no $1, and no earlier step would install it"
    as_one_later "$1, its shared libraries and the run-time linker (after $m_after)"
  fi
  as_one_end
}

# parts_are_current: true when every file of $m_work/parts is in the cage already, root's, with mode and content of the
# original: one ls for all of them instead of several processes for each.
parts_are_current() {
  # shellcheck disable=SC2046
  set -- $(sed "p; s|^|$cage|" "$m_work/parts")
  ls -ldnL "$@" 2>/dev/null | awk -v cage="$cage" -v wanted=$# '
    { path = $NF; seen++; type = substr($1, 1, 1) }
    index(path, cage "/") == 1 {
      plain = substr(path, length(cage) + 1)
      if (type != "-" || $3 != 0 || $4 != 0) bad = 1
      in_cage[plain] = $1 " " $5
      next
    }
    { original[path] = $1 " " $5 }
    END {
      if (seen != wanted) exit 1
      for (path in original) if (original[path] != in_cage[path]) exit 1
      exit bad
    }' || return 1
  while IFS= read -r part; do
    [ ! -h "$cage$part" ] && cmp -s "$part" "$cage$part" || return 1
  done <"$m_work/parts"
}

# list_devices: sets device_lines to what ls says of all that are declared, on the host and in the cage.
list_devices() {
  set --
  for each_device in $devices; do
    set -- ${1+"$@"} "/dev/$each_device" "$cage/dev/$each_device"
  done
  device_lines=
  [ $# -eq 0 ] || device_lines=$(ls -ldnL "$@" 2>/dev/null) || :
  m_note_known devices listed
}

# know_devices: list_devices, unless this step has done so and nothing was changed since.
know_devices() {
  [ -n "${device_lines-}" ] && m_is_known devices listed || list_devices
}

# caged_devices: after list_devices: those of /dev are in the cage too, with the host's own numbers (they differ between ports).
caged_devices() {
  new_devices='' new_names=
  if in_plan; then need_devices; else m_with_one_sync need_devices; fi
  [ -n "$new_names" ] || return 0
  # shellcheck disable=SC2086
  (cd "$cage/dev" && rm -f $new_names && cd /dev && pax -rw -pe $new_names "$cage/dev") || fail "pax cannot copy$new_names from /dev to $cage/dev"
  list_devices
  while read -r device why; do
    [ -n "$device" ] || continue
    m_begin_path caged_device "$cage/dev/$device"
    m_need "$why"
    find_device_numbers "$m_path" "/dev/$device"
    [ "$numbers_of_one" = "$numbers_of_two" ] || m_stuck "it is $numbers_of_one"
    m_let_go
    m_changed
  done <<EOT
$new_devices
EOT
}

# need_devices: reports those that are right; the others are recorded and held, with the reason in new_devices.
need_devices() {
  for device in $devices; do
    m_begin_path caged_device "$cage/dev/$device"
    m_see "$m_path"
    find_device_numbers "$m_path" "/dev/$device"
    case $m_type in
      absent) m_need "new, like /dev/$device" ;;
      other) [ -n "$m_after" ] || [ "$numbers_of_one" = "$numbers_of_two" ] || m_need "like /dev/$device (has other numbers)" ;;
      *) fail "caged_device $m_path: something else is there (a $m_type)" ;;
    esac
    [ -z "$m_why" ] || m_plan_path "$m_path" other 0666 0 0 ''
    m_settled && continue
    m_begin_change "$m_path"
    m_octal "$bits_of_two"
    m_journal_path "$m_path" "other|$m_mode|$owner_of_two|-"
    new_names="$new_names $device" new_devices=$new_devices$device' '$m_why$m_nl
  done
}

# find_device_numbers ONE TWO: after list_devices: sets numbers_of_one and numbers_of_two to kind and numbers of each, nothing where it is not
# there; bits_of_two and owner_of_two to those of TWO.
find_device_numbers() {
  numbers_of_one='' numbers_of_two='' bits_of_two='' owner_of_two=
  while read -r bits links user group major minor rest; do
    case $rest in
      *" $1") numbers_of_one="${bits%"${bits#?}"} $major $minor" ;;
      *" $2")
        numbers_of_two="${bits%"${bits#?}"} $major $minor" bits_of_two=$bits owner_of_two=$user'|'$group
        ;;
    esac
  done <<EOT
$device_lines
EOT
}

# caged_accounts USER: the cage's password databases know USER and nobody else, and no password.
caged_accounts() {
  as_one caged_accounts "$cage/etc" --together
  # Anchored, because a plain grep also finds accounts that have the word in a name or comment.
  entry=$(awk -F: -v OFS=: -v who="$1" '$1 == who { $2 = "*"; print; exit }' /etc/master.passwd)
  if [ -z "$entry" ]; then
    in_plan || fail "caged_accounts: /etc/master.passwd has no $1"
    as_one_later "master.passwd, passwd, pwd.db and spwd.db for $1 (after user)"
  elif [ "$(text_of "$cage/etc/master.passwd")" = "$entry" ] && accounts_are_whole "$entry"; then
    for base in master.passwd:0600 passwd:0644 pwd.db:0644 spwd.db:0600; do
      mode_owner "$cage/etc/${base%:*}" --owner 0 --group 0 --mode "${base#*:}"
    done
  else
    make_accounts "$entry"
  fi
  as_one_end
}

# accounts_are_whole ENTRY: passwd says the same as master.passwd, and so do both databases, which are what named's
# libc asks.
accounts_are_whole() {
  short=$(printf '%s\n' "$1" | awk -F: -v OFS=: '{ print $1, $2, $3, $4, $8, $9, $10 }')
  [ "$(text_of "$cage/etc/passwd")" = "$short" ] || return 1
  build_accounts '' "$1"
  database_is_whole pwd.db "$1" && database_is_whole spwd.db "$1"
}

# database_is_whole NAME ENTRY: the cage's database is what pwd_mkdb makes of ENTRY alone. After build_accounts ''.
database_is_whole() {
  ! same_as "$m_work/accounts/etc/$1" "$cage/etc/$1" || return 0
  [ -s "$cage/etc/$1" ] || return 1
  # Up to 2004 the unused part of a page was whatever memory held: then its bytes say nothing, and the names in it do.
  build_accounts .again "$2"
  ! cmp -s "$m_work/accounts/etc/$1" "$m_work/accounts.again/etc/$1" && [ -z "$(accounts_in "$cage/etc/$1" "$2")" ]
}

# accounts_in DATABASE ENTRY: prints the accounts of the host, but that of ENTRY, that stand in it.
accounts_in() {
  tr '\000-\037' '\012' <"$1" | awk -F: -v who="${2%%:*}" '
    BEGIN { while ((getline line < "/etc/passwd") > 0) { split(line, part, ":"); host[part[1]] = part[1] != who } }
    host[$1] && !told[$1]++ { print $1 }'
}

# build_accounts SUFFIX ENTRY: all four files for ENTRY alone, in the run's private directory, below accountsSUFFIX/etc.
build_accounts() {
  rm -rf "$m_work/accounts$1"
  mkdir -p "$m_work/accounts$1/etc"
  printf '%s\n' "$2" >"$m_work/accounts$1/etc/master.passwd"
  pwd_mkdb -p -d "$m_work/accounts$1" "$m_work/accounts$1/etc/master.passwd" || fail 'pwd_mkdb refuses the entry'
}

# make_accounts ENTRY: made in the run's private directory, then put into the cage file by file.
make_accounts() {
  build_accounts '' "$1"
  for base in master.passwd:0600 passwd:0644 pwd.db:0644 spwd.db:0600; do
    copy "$cage/etc/${base%:*}" --from "$m_work/accounts/etc/${base%:*}" --owner 0 --group 0 --mode "${base#*:}"
  done
}

# caged_localtime: named logs in the host's time zone, which chroot(8) hides from it. An rc script that gives named its
# -t copies the file at each start; made here, a rollback knows of it.
caged_localtime() {
  [ ! -f /etc/localtime ] || copy "$cage/etc/localtime" --from /etc/localtime --owner 0 --group 0
}

# moved_into_cage PATH: PATH of the host, if its counterpart is in the cage, is a link to that. The base system's rc
# script does that at its first start by itself; done here, a rollback knows of it.
moved_into_cage() {
  m_see "$cage$1"
  [ "$m_type" != absent ] || return 0
  m_see "$1"
  case $m_type in
    absent) return 0 ;;
    dir) absent "$1" --recursive ;;
    file) absent "$1" ;;
  esac
  symlink "$1" --to "$cage$1"
}
