# pkg.sh: what the pkg_* commands share: the package database and how patterns match.
pkgdb=${PKG_DBDIR:-/var/db/pkg}
hidden=/libexec/.linux/bin
if [ -e /libexec/.linux/is-older ]; then tools_version=20120221; else tools_version=20260227; fi

installed() { # the names of all installed packages
  [ -d "$pkgdb" ] || return 0
  for _entry in "$pkgdb"/*/+CONTENTS; do
    [ -f "$_entry" ] || continue
    _entry=${_entry%/+CONTENTS}
    printf '%s\n' "${_entry##*/}"
  done
}

# contents NAME LETTER: the words behind `@LETTER` in a package's list
contents() {
  sed -n "s/^@$2 //p" "$pkgdb/$1/+CONTENTS"
}

# forget_need NAME NEEDED: NEEDED is no longer required by NAME
forget_need() {
  [ -f "$pkgdb/$2/+REQUIRED_BY" ] || return 0
  grep -vxF "$1" "$pkgdb/$2/+REQUIRED_BY" >"$pkgdb/.required"
  if [ -s "$pkgdb/.required" ]; then mv "$pkgdb/.required" "$pkgdb/$2/+REQUIRED_BY"; else rm "$pkgdb/.required" "$pkgdb/$2/+REQUIRED_BY"; fi
}

# by_file: writes the database of files (text here, whatever its name says)
by_file() {
  for _entry in "$pkgdb"/*/+CONTENTS; do
    [ ! -f "$_entry" ] || awk -v package="$_entry" '
      BEGIN { sub(/\/\+CONTENTS$/, "", package); sub(/.*\//, "", package) }
      $1 == "@cwd" { base = $2 } !/^[@+]/ { print base "/" $0, package }' "$_entry"
  done >"$pkgdb/pkgdb.byfile.db"
}

# take_away NAME: its files, its folders where they are empty, its part of the database
take_away() {
  _base=$(contents "$1" cwd | head -1)
  _files=$(grep -v '^[@+]' "$pkgdb/$1/+CONTENTS") _paths=
  for _file in $_files; do _paths="$_paths $_base/$_file"; done
  # Names of our packages are words.
  # shellcheck disable=SC2086
  [ -z "$_paths" ] || rm -f $_paths
  for _file in $_files; do
    _folder=${_file%/*}
    while [ "$_folder" != "$_file" ] && [ -d "$_base/$_folder" ] && rmdir "$_base/$_folder" 2>/dev/null; do
      case $_folder in */*) _folder=${_folder%/*} ;; *) break ;; esac
    done
  done
  rmdir "$_base" 2>/dev/null
  contents "$1" pkgdep | while read -r _pattern; do
    installed | matching "$_pattern" | while read -r _needed; do forget_need "$1" "$_needed"; done
  done
  rm -rf "${pkgdb:?}/$1"
  by_file
}

# matching PATTERN: the end of a pipe: reads package names, prints those that match, the newest first.
# PATTERN is a name, name-version, a glob, name>=1<2, or {several,of,them}.
matching() {
  exec awk -v pattern="$1" '
    function order(version, parts,   n, i, text, nb) { # version -> comparable list of numbers
      nb = 0
      if (match(version, /nb[0-9]+$/)) { nb = substr(version, RSTART + 2); version = substr(version, 1, RSTART - 1) }
      n = 0
      while (version != "") {
        if (match(version, /^[0-9]+/)) { parts[++n] = substr(version, 1, RLENGTH) + 0; version = substr(version, RLENGTH + 1) }
        else if (version ~ /^alpha/) { parts[++n] = -3; version = substr(version, 6) }
        else if (version ~ /^beta/) { parts[++n] = -2; version = substr(version, 5) }
        else if (version ~ /^(rc|pre)/) { parts[++n] = -1; version = substr(version, version ~ /^rc/ ? 3 : 4) }
        else if (version ~ /^[._]/) { parts[++n] = 0; version = substr(version, 2) }
        else { text = tolower(substr(version, 1, 1)); parts[++n] = 0; parts[++n] = index("abcdefghijklmnopqrstuvwxyz", text); version = substr(version, 2) }
      }
      parts["nb"] = nb + 0
      return n
    }
    function compare(a, b,   x, y, n, m, i, p, q) {
      split("", x); split("", y)
      n = order(a, x); m = order(b, y)
      for (i = 1; i <= n || i <= m; i++) {
        p = i <= n ? x[i] : 0; q = i <= m ? y[i] : 0
        if (p != q) return p < q ? -1 : 1
      }
      return x["nb"] < y["nb"] ? -1 : x["nb"] > y["nb"]
    }
    function regex(glob,   out, i, c) {
      out = ""
      for (i = 1; i <= length(glob); i++) {
        c = substr(glob, i, 1)
        if (c == "*") out = out ".*"
        else if (c == "?") out = out "."
        else if (c ~ /[.+()|^$\\]/) out = out "\\" c
        else out = out c
      }
      return "^" out "$"
    }
    function fits_range(name, version, range,   op, limit, c) {
      while (range != "") {
        match(range, /^[<>]=?/)
        op = substr(range, 1, RLENGTH); range = substr(range, RLENGTH + 1)
        limit = range; sub(/[<>].*$/, "", limit); range = substr(range, length(limit) + 1)
        c = compare(version, limit)
        if (op == ">=" && c < 0 || op == ">" && c <= 0 || op == "<=" && c > 0 || op == "<" && c >= 0) return 0
      }
      return 1
    }
    function fits(full, pattern,   name, version, at, inside, rest, before, n, words, i) {
      if (match(pattern, /\{[^{}]*\}/)) {
        before = substr(pattern, 1, RSTART - 1); inside = substr(pattern, RSTART + 1, RLENGTH - 2); rest = substr(pattern, RSTART + RLENGTH)
        n = split(inside, words, ",")
        for (i = 1; i <= n; i++) if (fits(full, before words[i] rest)) return 1
        return 0
      }
      name = full; sub(/-[^-]*$/, "", name); version = substr(full, length(name) + 2)
      if (full == pattern || name == pattern) return 1
      if (match(pattern, /[<>]/)) return name == substr(pattern, 1, RSTART - 1) && fits_range(name, version, substr(pattern, RSTART))
      if (pattern ~ /[*?\[]/) return full ~ regex(pattern)
      return 0
    }
    fits($0, pattern) { found[++count] = $0 }
    END {
      for (i = 2; i <= count; i++) for (j = i; j > 1; j--) {
        a = found[j - 1]; b = found[j]; sub(/^.*-/, "", a); sub(/^.*-/, "", b)
        if (compare(a, b) < 0) { t = found[j]; found[j] = found[j - 1]; found[j - 1] = t } else break
      }
      for (i = 1; i <= count; i++) print found[i]
    }'
}
