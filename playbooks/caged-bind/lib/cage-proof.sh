# Expectations of this playbook: what is in the cage, and what is not.

# prove_cage: one look at everything in the cage. It holds no set-id file, no device but the declared ones, nothing that
# named may write but its own directories, no file of two names, and no account but its own. Owner, mode and content are
# reported, too, so that hosts can be compared.
prove_cage() {
  look_into_cage
  check_complaints 'the cage holds no set-id file' setid
  check_complaints 'the cage holds only the declared devices' devices-found
  check_complaints 'named can write only to its own directories in the cage' writable
  check_complaints 'every file in the cage has one name' names
  prove_accounts
  cage_sums >"$m_work/cage.digest"
  observe cage "$(sort "$m_work/cage.digest")"
}

# check_complaints TITLE KIND
check_complaints() {
  find_complaints "$2"
  m_check "$1" "$words"
}

# look_into_cage: after find_places: lists what is in the cage, and what is wrong with it, in files of the private directory.
# cage.loaded lists the files of named's in directories from which programs are loaded, cage.top those in the cage itself,
# and cage.others the files that are not named's.
look_into_cage() {
  ! m_is_known cage "$own_auto" || return 0
  # One line for each: a name with a line break would look like two, and so would a link to a text with one, unless root
  # made it. Of other links the text is not asked for.
  : >"$m_work/cage.broken"
  find "$cage" -xdev -name "*$m_nl*" -prune -exec sh -c 'echo one >>"$1"' sh "$m_work/cage.broken" \; -o -type l ! -user 0 -print -o -ls \
    2>/dev/null >"$m_work/cage.ls" || :
  tolerated=$devices
  [ -z "$rc_crypto" ] || tolerated="$tolerated${m_nl}crypto"
  printf '%s\n' "$tolerated" >"$m_work/cage.devices"
  own_directories >"$m_work/cage.own"
  accounts_of_named >"$m_work/cage.who"
  judge_cage
  forgive_what_named_writes
  [ ! -s "$m_work/cage.broken" ] || printf 'a name with a line break\n' >>"$m_work/cage.names"
  # The cage itself is named by what it holds.
  is_roots "$cage" || grep '^/ (' "$m_work/cage.writable" >/dev/null ||
    printf '%s, on the way to the cage; make it root'\''s alone (chown root, chmod go-w)\n' "$roots_why" >>"$m_work/cage.writable"
  # A line, so that it can be a value.
  case $own_auto in *"$m_nl"*) ;; *) m_note_known cage "$own_auto" ;; esac
  if [ -s "$m_work/cage.top" ]; then m_note_known top some; else m_note_known top none; fi
}

# accounts_of_named: prints `u NAME` and `g NAME` for every name by which find shows our user and the groups that it is in.
accounts_of_named() {
  m_uid_of "$run_user"
  printf 'u %s\n' "$run_user" "$m_id"
  while IFS=: read -r name password uid rest; do
    [ "$uid" != "${m_id:-none}" ] || printf 'u %s\n' "$name"
  done </etc/passwd
  m_passwd_entry "$run_user"
  main_gid=${m_entry#*:*:*:}
  main_gid=${main_gid%%:*}
  m_gid_of "$run_group"
  printf 'g %s\n' "${m_id:-none}" "$main_gid"
  while IFS=: read -r name password gid members; do
    case $gid in "${m_id:-none}" | "$main_gid") members=$run_user ;; esac
    case ,$members, in *",$run_user,"*) printf 'g %s\n' "$name" "$gid" ;; esac
  done </etc/group
}

# find_complaints setid|devices-found|writable|names: after look_into_cage: sets words to them, to nothing when there are none.
find_complaints() {
  words=
  [ ! -s "$m_work/cage.$1" ] ||
    words=$(awk 'NR > 1 { printf ", " } NR <= 5 { printf "%s", $0 } NR == 6 { printf "and more"; exit }' "$m_work/cage.$1")
}

# is_loaded PATH: seen from in the cage: it is where named looks, with the rights of root, for its program, libraries and settings,
# and neither what named itself writes nor made anew by this playbook in any case.
is_loaded() {
  case $1 in
    "$namedb"/* | "$named_conf" | /etc/rndc.key | /etc/localtime) return 1 ;;
  esac
  for place in ${own_auto-}; do
    case $1 in "$place"/*) return 1 ;; esac
  done
  ! is_below_top "$1" || ! names_that_change "${1#"$top"/}" "$top" || return 1
  case $1 in
    /bin/* | /sbin/* | /lib/* | /libexec/* | /libdata/* | /usr/* | /etc/*) return 0 ;;
  esac
  return 1
}

# loaded_from_named: prints in words the files in such places that are our user's. While the cage was its own, it may have put a
# library there that the program would load: that must not become root's with what is in it.
loaded_from_named() {
  m_uid_of "$run_user"
  [ -d "$cage" ] && [ -n "$m_id" ] || return 0
  (cd "$cage" && find bin sbin lib libexec libdata usr etc -name "*$m_nl*" -prune -o -type f -user "$m_id" -print) 2>/dev/null \
    >"$m_work/cage.mine" || :
  [ -s "$m_work/cage.mine" ] || return 0
  while IFS= read -r name; do
    ! is_loaded "/$name" || printf '%s\n' "$cage/$name"
  done <"$m_work/cage.mine" >"$m_work/cage.suspect"
  [ ! -s "$m_work/cage.suspect" ] || tr -c '[:print:]\n' '?' <"$m_work/cage.suspect" | loaded_words
}

# find_loaded_from_named: sets loaded to what loaded_from_named prints.
find_loaded_from_named() {
  loaded=
  [ -d "$cage" ] || return 0
  ! m_is_known loaded none || return 0
  look_into_cage
  suspect=
  while IFS= read -r path; do
    ! is_loaded "$path" || suspect=1
  done <"$m_work/cage.loaded"
  [ -n "$suspect" ] || {
    m_note_known loaded none
    return 0
  }
  loaded_from_named >"$m_work/loaded"
  IFS= read -r loaded <"$m_work/loaded" || m_note_known loaded none
}

# loaded_words: of the files that it reads.
loaded_words() {
  awk '
    NR <= 8 { list = list (NR > 1 ? " " : "") $0 }
    END {
      if (NR) print list (NR > 8 ? " and " NR - 8 " more" : "") ": named owns these files in the cage, so it may have made them, and would load them with the rights of root; look at each, and remove it, or give it to root (chown root " list ")"
    }'
}

# close_the_rest: what named may write in the cage, and is not its own, is closed to it: a cage that was there before, such as
# that of the base system, has such directories.
close_the_rest() {
  [ -d "$cage" ] || return 0
  look_into_cage
  m_uid_of "$run_user"
  named_uid=$m_id
  as_one closed_to_named "$cage"
  while IFS= read -r line <&5; do
    path=$cage${line%" ("*}
    path=${path%/}
    m_see "$path"
    case $m_type in file | dir) ;; *) continue ;; esac
    if [ "$m_type:$m_uid" = "file:$named_uid" ] && is_loaded "${path#"$cage"}"; then fail "$(printf '%s\n' "$path" | loaded_words)"; fi
    # What an earlier resource of this plan closes is closed.
    [ -z "$m_after" ] || continue
    closed_mode=${m_mode%??}
    open=${m_mode#??}
    for digit in "${open%?}" "${open#?}"; do
      case $digit in 2 | 3 | 6 | 7) digit=$((digit - 2)) ;; esac
      closed_mode=$closed_mode$digit
    done
    mode_owner "$path" --owner 0 --mode "$closed_mode"
  done 5<"$m_work/cage.writable"
  as_one_end
}

# own_directories: after find_places: prints the directories that named may write, in the cage.
own_directories() {
  {
    declared_own
    [ -z "$own_auto" ] || printf '%s\n' "$own_auto"
  } >"$m_work/own.all"
  while IFS= read -r place; do
    printf '%s\n' "$cage$place"
  done <"$m_work/own.all"
}

# forgive_what_named_writes: files that zones_change gives to named are its own wherever they are below namedb.
forgive_what_named_writes() {
  [ -s "$m_work/cage.writable" ] || return 0
  while IFS= read -r line; do
    path=${line%" ("*}
    case $line in
      *' (-'*) ! names_that_change "${path#"$namedb"/}" || continue ;;
    esac
    printf '%s\n' "$line"
  done <"$m_work/cage.writable" >"$m_work/cage.left"
  mv "$m_work/cage.left" "$m_work/cage.writable"
}

# judge_cage: reads `find -ls`; writes the complaints, and what a comparison is about, into separate files. The owner of a
# file may write it, whatever its mode says, because it can change that.
judge_cage() {
  awk -v cage="$cage" -v work="$m_work/cage." '
    BEGIN {
      while ((getline line < (work "own")) > 0) own[line] = 1
      while ((getline line < (work "devices")) > 0) device[cage "/dev/" line] = 1
      while ((getline line < (work "who")) > 0) { split(line, part, " "); if (part[2] != "") named[part[1], part[2]] = 1 }
      printf "" > (work "setid"); printf "" > (work "devices-found"); printf "" > (work "writable"); printf "" > (work "names")
      printf "" > (work "list"); printf "" > (work "loaded"); printf "" > (work "top"); printf "" > (work "others")
      # The first file shows whether openssl knows the digest, whatever is in the cage.
      print "/etc/rc.conf" > (work "files")
    }
    function is_own(path,    dir) {
      for (dir in own) if (path == dir || index(path, dir "/") == 1) return 1
      return 0
    }
    function parent(path) { sub(/\/[^\/]*$/, "", path); return path }
    function short(path) { return path == cage ? "/" : substr(path, length(cage) + 1) }
    index($0, cage) == 1 {
      # A link that others made.
      if (!is_own($0)) print short($0) " (a link that is not root\047s)" > (work "writable")
      next
    }
    {
      at = index($0, " " cage)
      if (!at) next
      path = substr($0, at + 1)
      mode = $3; links = $4; owner = $5; of = $6
      type = substr(mode, 1, 1)
      plain = short(path)
      if (type == "l") { if (!is_own(path)) print type, owner, of, plain > (work "list"); next }
      if (type == "-" && mode ~ /^...[sS]|^......[sS]/) print plain > (work "setid")
      if ((type == "b" || type == "c") && !(path in device)) print plain > (work "devices-found")
      if (type == "-" && ("u", owner) in named) {
        if (plain ~ /^\/(bin|sbin|lib|libexec|libdata|usr|etc)\//) print plain > (work "loaded")
        else if (parent(path) == cage) print plain > (work "top")
      } else if (type == "-") print plain > (work "others")
      if (type == "-" && links + 0 > 1) print plain " (" links " names: make it a file of one name)" > (work "names")
      if (is_own(path)) {
        if (path in own) print mode, owner, of, plain > (work "list")
        next
      }
      is_its = ("u", owner) in named
      writable = is_its || ("g", of) in named && substr(mode, 6, 1) == "w" || substr(mode, 9, 1) == "w"
      if (writable && (is_its || type == "-" || type == "d" || type == "p")) print plain " (" mode " " owner " " of ")" > (work "writable")
      print mode, owner, of, plain > (work "list")
      # From its digest what is in a file can be guessed, so what is not for everybody has none.
      if (type == "d") shut[path] = shut[parent(path)] || mode !~ /x$|t$/
      else if (type == "-" && !is_its && !shut[parent(path)] && substr(mode, 8, 1) == "r" && plain !~ /[ \t]/) print path > (work "files")
    }' "$m_work/cage.ls"
}

# cage_digest: prints what cage_sums does, in order.
cage_digest() {
  cage_sums >"$m_work/cage.digest"
  sort "$m_work/cage.digest"
}

# cage_sums: after look_into_cage: prints mode, owner, group, path and, of files that named does not write, a checksum. Databases made
# by pwd_mkdb hold no times and are compared too.
cage_sums() {
  : >"$m_work/cage.sums"
  ! m_have openssl || with_lines "$m_work/cage.files" 'openssl dgst -sha256' >"$m_work/cage.sums" 2>/dev/null
  [ -s "$m_work/cage.sums" ] || with_lines "$m_work/cage.files" cksum >"$m_work/cage.sums" 2>/dev/null
  awk -v cage="$cage" -v sums="$m_work/cage.sums" '
    BEGIN {
      while ((getline line < sums) > 0) {
        n = split(line, part, " ")
        if (line ~ /^[A-Z0-9-]*\(.*\)= *[0-9a-f]*$/) {
          path = line
          sub(/^[A-Z0-9-]*\(/, "", path)
          sub(/\)= *[0-9a-f]*$/, "", path)
          sum[substr(path, 1 + length(cage))] = part[n]
        } else if (n == 3) sum[substr(part[3], 1 + length(cage))] = part[1]
      }
    }
    { path = $4; print path, $1, $2, $3, substr(sum[path], 1, 16) }' "$m_work/cage.list"
}

# prove_accounts: whatever password files are in the cage, they know our user alone, and no password; also the databases,
# which say so to nobody who reads only text.
prove_accounts() {
  entry=
  : >"$m_work/cage.accounts"
  for file in passwd master.passwd; do
    [ ! -f "$cage/etc/$file" ] || awk -F: -v who="$run_user" '
      $1 != who { print $1 }
      $1 == who && $2 != "*" { print "a password of " $1 }' "$cage/etc/$file" >>"$m_work/cage.accounts"
  done
  for file in pwd.db spwd.db; do
    [ -f "$cage/etc/$file" ] || continue
    [ -n "$entry" ] || prove_against_entry
    database_is_whole "$file" "$entry" || printf '%s in %s\n' "$(accounts_in "$cage/etc/$file" "$entry" |
      awk 'NR <= 3 { printf "%s%s", (NR > 1 ? ", " : ""), $0 } NR == 4 { printf " and more" } END { if (!NR) printf "something else" }')" "$file" \
      >>"$m_work/cage.accounts"
  done
  words=
  [ ! -s "$m_work/cage.accounts" ] || words=$(sort -u "$m_work/cage.accounts" | awk '{ printf "%s%s", (NR > 1 ? ", " : "it knows "), $0 }')
  m_check "the cage knows no account but $run_user" "$words"
}

# prove_against_entry: sets entry to what the databases are to know: our user as the cage's own text has it, or the host's.
prove_against_entry() {
  for text in "$cage/etc/master.passwd" /etc/master.passwd; do
    [ -n "$entry" ] || entry=$(text_of "$text" | awk -F: -v OFS=: -v who="$run_user" '$1 == who { $2 = "*"; print; exit }')
  done
  build_accounts '' "$entry"
}
