# What a configuration of named says, as lines that the other parts of this playbook judge. BIND's own parser is asked first
# (named-checkconf -p), because only it knows its grammar whole; what it does not print, the files that are included, is
# read here.

# read_configuration ROOT: after has_checkconf: the facts of $named_conf, as a named whose root directory is ROOT (maybe
# empty) would read it, into $m_work/facts, one a line, fields separated by tabs; every path is absolute, as seen in ROOT:
#   include PATH              a file that is read, whether it is there or not; named.conf itself is the first
#   directory PATH            where named goes, and relative names begin
#   zone NAME TYPE VIEW       a zone that is answered for; TYPE is primary or secondary
#   read WHAT PATH            a file that named reads, or a directory that it looks into
#   written WHAT PATH         a file that named keeps: a secondary, a zone that it changes, a journal
#   keys WHAT PATH            the directory of the keys that sign a zone; WHAT is `made` where named makes them itself
#   managed DIRECTORY         where named keeps the keys that it manages itself (RFC 5011)
#   new-zones DIRECTORY       where it keeps zones that rndc adds
#   output WHAT PATH WHEN     what it only writes: WHEN is `start` where it does not start, or not whole, without
#   pid PATH, session PATH    the pid file and the session key; PATH may be `none`
#   port NUMBER               a port that it listens on by its own words
#   unread PATH               what it includes from where named may write: never read here, it may be anything
#   closed                    it has views, or says who may ask
# False when BIND's parser refuses it; what that says is in $m_work/parsed then.
read_configuration() {
  if m_is_known facts "root $1"; then return 0; fi
  parsed_by=
  declared_own >"$m_work/own.declared"
  included=maybe
  ! includes_nothing "$1" || included=none
  if parsed_alike "$1"; then
    ! facts_alike || {
      m_note_known facts "root $1"
      return 0
    }
  else
    : >"$m_work/facts.parsed"
    if has_checkconf && run_parser "$1"; then
      parsed_by=$checkconf
      # In the private directory, nobody else puts a pipe in its place.
      facts_by_awk '' "$m_work/$parsed" >"$m_work/facts.parsed"
    fi
  fi
  if [ -n "$parsed_by" ] && [ "$included" = none ]; then
    printf 'include\t%s\n' "$named_conf" >"$m_work/facts.read"
  else
    configuration_facts "$1" "$named_conf" >"$m_work/facts.read"
  fi
  no_facts
  merge_facts "$1" >"$m_work/facts"
  if [ -n "$parsed_by" ]; then
    m_note_known facts "root $1"
    [ "$included" != none ] || m_note_known facts-alone "root $1"
    return 0
  fi
  [ ! -s "$m_work/parsed.bad" ]
}

# parsed_alike ROOT: facts.parsed is what the parser makes of the configuration of the host, which includes nothing; that of the cage
# is the same, alone as well, and the checker has said that it is good there. Then it needs no parser.
parsed_alike() {
  [ "$1:$included" = "$cage:none" ] && m_is_known facts 'root ' && m_is_known facts-alone 'root ' && m_is_known conf same &&
    m_is_known checked good && has_checkconf && parsed_by=$checkconf
}

# no_facts: nothing is known of a configuration.
no_facts() {
  : >"$m_work/facts"
  for known in facts includes places; do m_note_known "$known" no; done
}

# includes_nothing ROOT: nobody but root can change named.conf below ROOT, and the word does not stand in it.
includes_nothing() {
  [ -f "$1$named_conf" ] && m_readable "$1$named_conf" && [ "$m_opened_file" = "$1$named_conf" ] || return 1
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in *[Ii][Nn][Cc][Ll][Uu][Dd][Ee]*) return 1 ;; esac
  done <"$1$named_conf"
  while IFS= read -r place; do
    case $named_conf in "$place"/*) return 1 ;; esac
  done <"$m_work/own.declared"
}

# merge_facts ROOT: prints what was read, or, if it was parsed, the includes of that and the rest of what was parsed.
merge_facts() {
  if [ -n "$parsed_by" ]; then
    pass_facts "$1" includes "$m_work/facts.read"
    pass_facts "$1" others "$m_work/facts.parsed"
  else
    pass_facts "$1" all "$m_work/facts.read"
  fi
}

# pass_facts ROOT includes|others|all FILE: prints those facts of FILE, but for files that are not there and that named does without.
pass_facts() {
  while IFS= read -r line; do
    case $2:$line in
      others:'include	'*) continue ;;
      includes:'include	'* | includes:'unread	'*) ;;
      includes:*) continue ;;
      *:'read	bindkeys-file	'* | *:'read	geoip-directory	'*) [ -e "$1${line##*	}" ] || continue ;;
    esac
    printf '%s\n' "$line"
  done <"$3"
}

# facts_alike: after parsed_alike: the facts that are known are those of the cage, too: no zone includes a file, and what named does
# without is there on both sides or on none.
facts_alike() {
  m_is_known includes yes && [ ! -s "$m_work/zone.including" ] || return 1
  while IFS= read -r line; do
    case $line in
      'read	bindkeys-file	'* | 'read	geoip-directory	'*)
        line=${line##*	}
        if [ -e "$line" ]; then [ -e "$cage$line" ] || return 1; else [ ! -e "$cage$line" ] || return 1; fi
        ;;
    esac
  done <"$m_work/facts.parsed"
}

# run_parser ROOT: true when named-checkconf printed what it understood, into the file parsed of the private directory, without the
# warnings that stand before it. One that refuses the configuration leaves its words in $m_work/parsed.bad; one that knows no -p does
# not.
run_parser() {
  no_plain_files "$1" >"$m_work/parsed.bad"
  [ ! -s "$m_work/parsed.bad" ] || return 1
  parsed=parsed.all
  checked_into=$m_work/$parsed
  if parse ${1:+-t "$1"} -p "$named_conf"; then
    # Nothing but blocks and statements: a program that prints something else does not know -p.
    IFS= read -r line <"$checked_into" || line=
    case ${line%% *}:$line in *[!a-z-]*:* | *:*:* | -*) ;; *:*' {') return 0 ;; esac
    parsed='parsed'
    sed -n '/^[a-z][a-z-]*\( [^:]*\)\{0,1\} {$/,$p' "$checked_into" >"$m_work/parsed"
    [ -s "$m_work/parsed" ]
    return
  fi
  grep -i '^usage:\|illegal option\|invalid' "$m_work/parsed.all" >/dev/null || cp "$m_work/parsed.all" "$m_work/parsed.bad"
  return 1
}

# parse WORD...: the checker with these words. One file that nobody but root can change has an end, so nobody needs to wait for that.
parse() {
  if [ "$included" = none ]; then
    "$checkconf" "$@" >"$checked_into" 2>&1 </dev/null
  else
    within_check "$@"
  fi
}

# facts_of KIND: prints the facts of a kind without their first field.
facts_of() {
  sed -n "s/^$1	//p" "$m_work/facts"
}

# configuration_facts ROOT FILE: prints the facts of FILE below ROOT, with what it includes. A file may be a pipe by then.
configuration_facts() {
  [ -f "$1$2" ] || return 0
  declared_own >"$m_work/own.declared"
  ! within_facts "$@" || cat "$m_work/within.out"
}

# within_facts, facts_by_awk ROOT FILE: the same after declared_own >own.declared; the one for what may be a pipe, into within.out.
within_facts() {
  fact_command='within 60 awk'
  facts_by "$@"
}
facts_by_awk() {
  fact_command="awk"
  facts_by "$@"
}

facts_by() {
  fact_own=
  while IFS= read -r place; do
    fact_own="$fact_own$place	"
  done <"$m_work/own.declared"
  $fact_command -v root="$1" -v conf="$2" -v own="$fact_own" '
    function is_named_s(path,    list, n, i) {
      n = split(own, list, "\t")
      for (i = 1; i <= n; i++) if (list[i] != "" && index(path, list[i] "/") == 1) return 1
      return 0
    }
    function scope() { return zone_depth ? "z" zones : view_depth ? "v" view : "o" }
    function set(key, value) { setting[scope(), key] = value }
    # What is said of a zone, or else of its view, or else of all zones: wherever the options stand in the file.
    function of_zone(number, key) {
      if (("z" number, key) in setting) return setting["z" number, key]
      if (("v" zone_view[number], key) in setting) return setting["v" zone_view[number], key]
      return setting["o", key]
    }
    function add(kind, what, path, when) {
      facts++
      fact_kind[facts] = kind
      fact_what[facts] = what
      fact_path[facts] = path
      fact_when[facts] = when
    }
    function absolute(path,    part, n, i, kept, result) {
      if (path !~ /^\//) path = folder "/" path
      n = split(path, part, "/")
      for (i = 1; i <= n; i++) {
        if (part[i] == "" || part[i] == ".") continue
        if (part[i] == "..") { if (kept) kept--; continue }
        parts_kept[++kept] = part[i]
      }
      for (i = 1; i <= kept; i++) result = result "/" parts_kept[i]
      return result == "" ? "/" : result
    }
    function statement(    where, key, i) {
      where = kind[depth]
      key = word[1]
      if (key == "include") include_file(word[2])
      else if (key == "plugin") { if (word[3] ~ /\//) add("read", "plugin", word[3]) }
      else if (where == "channel") { if (key == "file") add("output", "log channel " channel, word[2], "start") }
      else if (where == "tls") { if (key ~ /^(cert|key|ca|dhparam)-file$/) add("read", "tls " key, word[2]) }
      else if (where == "key-store") { if (key == "directory") add("keys", "made", word[2]) }
      else if (where == "dlz") { if (key == "database") dlz_library(word[2]) }
      else if (where == "controls") { if (key == "unix") add("output", "control channel", word[2], "start") }
      else if (where == "allow-update") { if (tolower(key) != "none") listed = 1 }
      else if (where == "allow-query") { if (tolower(key) != "any") restricted = 1 }
      else if (where == "catalog-zones") {
        for (i = 1; i < words; i++) if (word[i] == "zone-directory") add("keys", "made", word[i + 1])
      } else if (where == "zone" || where == "view" || where == "options") option(where, key)
    }
    function option(where, key) {
      if (key == "directory" && where == "options") folder = absolute(word[2])
      else if (key == "port" && where == "options") add("port", "", word[2])
      else if (key ~ /^(type|file|journal|key-directory|dnssec-policy|inline-signing|auto-dnssec|primaries|masters|new-zones-directory|allow-new-zones|in-view)$/) {
        set(key, word[2])
        if (key == "allow-new-zones") new_zones[scope()] = tolower(word[2]) ~ /^(yes|true|1)$/
      } else if (key == "update-policy") set("updates", 1)
      else if (key ~ /^(dump|statistics|memstatistics|recursing|secroots)-file$/) add("output", key, word[2], "later")
      else if (key == "dnstap-output") add("output", key, word[words > 2 ? 3 : 2], "start")
      else if (key == "lock-file") { if (tolower(word[2]) != "none") add("output", key, word[2], "start") }
      else if (key == "pid-file") add("pid", "", word[2])
      else if (key == "session-keyfile") add("session", "", word[2])
      else if (key == "managed-keys-directory") managed = word[2]
      else if (key ~ /^(bindkeys-file|geoip-directory|tkey-gssapi-keytab)$/) { if (tolower(word[2]) != "none") add("read", key, word[2]) }
    }
    function dlz_library(text,    part, n) {
      n = split(text, part, /[ \t]+/)
      if (part[1] == "dlopen" && n > 1) add("read", "dlz library", part[2])
    }
    function opened(    above) {
      above = kind[depth]
      depth++
      kind[depth] = word[1]
      if (word[1] == "allow-update") listed = 0
      else if (word[1] == "allow-query") restricted = 0
      # The zones of a catalog are kept as those that rndc adds.
      else if (word[1] == "catalog-zones") new_zones[scope()] = 1
      else if (word[1] == "channel") channel = word[2]
      else if (word[1] ~ /^listen-on/) { if (word[2] == "port") add("port", "", word[3]) }
      else if (word[1] == "dyndb") add("read", "dyndb library", word[3])
      else if (word[1] == "plugin") { if (word[3] ~ /\//) add("read", "plugin", word[3]) }
      else if (word[1] == "unix" && above == "controls") add("output", "control channel", word[2], "start")
      else if (word[1] == "primaries" || word[1] == "masters") { if (zone_depth) set("primaries", "yes") }
      else if (word[1] == "view") { view_depth = depth; view = word[2]; closed_to_some = 1 }
      else if (word[1] == "zone") {
        # In catalog-zones and the like, a zone is named with a block behind it, and is none.
        if (above != "" && above != "view") { kind[depth] = "other"; return }
        zone_depth = depth
        zone_name[++zones] = word[2]
        zone_view[zones] = view_depth ? view : ""
      }
    }
    function closed() {
      if (kind[depth] == "allow-update") set("updates", listed)
      else if (kind[depth] == "update-policy") set("updates", 1)
      else if (kind[depth] == "allow-query" && restricted) closed_to_some = 1
      if (depth == zone_depth) zone_depth = 0
      else if (depth == view_depth) view_depth = 0
      if (depth > 0) depth--
    }
    function token(text, quoted) {
      # Keywords may be in capitals, names of files and zones mean what they say.
      if (quoted || text !~ /^[{};]$/) {
        words++
        word[words] = quoted || words > 1 ? text : tolower(text)
        return
      }
      if (text == "{") opened()
      # What closes a block is not the end of what opened it: the words between are those of its last statement.
      else if (text == "}") closed()
      else if (words > 0) statement()
      for (; words > 0; words--) delete word[words]
    }
    # A pattern is expanded by the shell, with everything but its own signs taken literally.
    function include_file(name,    command, path, safe) {
      words = 0
      name = absolute(name)
      if (name !~ /[*?[]/) { read_file(name); return }
      safe = root name
      gsub(/[^A-Za-z0-9_.\/*?[\]-]/, "\\\\&", safe)
      command = "ls -d " safe " 2>/dev/null"
      while ((command | getline path) > 0) matched[++matches] = substr(path, length(root) + 1)
      close(command)
      if (!matches) { if (!included[name]++) add("include", "", name); return }
      # Each one may include others by a pattern itself.
      for (path = 1; path <= matches; path++) queue[depth_of_files, path] = matched[path]
      safe = matches
      matches = 0
      for (path = 1; path <= safe; path++) read_file(queue[depth_of_files, path])
    }
    function read_file(path,    line, comment, at) {
      # A file that includes itself would never end; named would not start with it.
      if (++files > 10000 || is_open[path]) return
      is_open[path] = 1
      depth_of_files++
      if (!included[path]++) add(is_named_s(path) ? "unread" : "include", "", path)
      while (!is_named_s(path) && (getline line < (root path)) > 0) {
        while (line != "") {
          if (comment) {
            at = index(line, "*/")
            if (!at) break
            line = substr(line, at + 2)
            comment = 0
          } else if (line ~ /^[ \t\r]/) {
            sub(/^[ \t\r]+/, "", line)
          } else if (line ~ /^(#|\/\/)/) {
            break
          } else if (line ~ /^\/\*/) {
            line = substr(line, 3)
            comment = 1
          } else if (line ~ /^"/) {
            line = substr(line, 2)
            at = index(line, "\"")
            if (!at) at = length(line) + 1
            token(substr(line, 1, at - 1), 1)
            line = substr(line, at + 1)
          } else if (line ~ /^[{};]/) {
            at = substr(line, 1, 1)
            line = substr(line, 2)
            token(at, 0)
          } else {
            match(line, /^[^ \t\r{};"]+/)
            at = substr(line, 1, RLENGTH)
            line = substr(line, RLENGTH + 1)
            token(at, 0)
          }
        }
      }
      close(root path)
      is_open[path] = 0
      depth_of_files--
    }
    function judge_zone(number,    type, what, file, policy, signs, keys) {
      type = tolower(of_zone(number, "type"))
      if (("z" number, "in-view") in setting) type = "primary"
      file = setting["z" number, "file"]
      if (type ~ /^(slave|secondary|mirror)$/) print "zone\t" zone_name[number] "\tsecondary\t" zone_view[number]
      if (type ~ /^(master|primary)$/) print "zone\t" zone_name[number] "\tprimary\t" zone_view[number]
      if (type ~ /^(slave|secondary|mirror|stub)$/ || type == "redirect" && ("z" number, "primaries") in setting) what = "secondary"
      if (type ~ /^(master|primary)$/) {
        policy = tolower(of_zone(number, "dnssec-policy"))
        signs = policy != "" && policy != "none" || tolower(of_zone(number, "inline-signing")) == "yes" ||
          tolower(of_zone(number, "auto-dnssec")) ~ /^(allow|maintain|create)$/
        if (of_zone(number, "updates") || signs) what = "dynamic"
        keys = of_zone(number, "key-directory")
        if (signs) print "keys\t" (policy != "" && policy != "none" ? "made" : "read") "\t" absolute(keys == "" ? "." : keys)
      }
      if (file == "") return
      if (what != "") print "written\t" zone_name[number] " (" what ")\t" absolute(file)
      else print "read\tzone " zone_name[number] "\t" absolute(file)
      if (what != "" && ("z" number, "journal") in setting)
        print "written\t" zone_name[number] " (" what ")\t" absolute(setting["z" number, "journal"])
    }
    BEGIN {
      read_file(conf)
      if (folder != "") print "directory\t" folder
      for (i = 1; i <= facts; i++) {
        if (fact_kind[i] == "port") print "port\t" fact_path[i]
        else if (fact_kind[i] ~ /^(include|unread)$/) print fact_kind[i] "\t" fact_path[i]
        else if (fact_kind[i] == "pid" || fact_kind[i] == "session")
          print fact_kind[i] "\t" (tolower(fact_path[i]) == "none" ? "none" : absolute(fact_path[i]))
        else print fact_kind[i] "\t" fact_what[i] "\t" absolute(fact_path[i]) (fact_when[i] == "" ? "" : "\t" fact_when[i])
      }
      for (i = 1; i <= zones; i++) judge_zone(i)
      if (managed != "") print "managed\t" absolute(managed)
      for (where in new_zones) if (new_zones[where]) {
        at = (where, "new-zones-directory") in setting ? setting[where, "new-zones-directory"] : setting["o", "new-zones-directory"]
        print "new-zones\t" absolute(at == "" ? "." : at)
      }
      if (closed_to_some) print "closed"
    }'
}
