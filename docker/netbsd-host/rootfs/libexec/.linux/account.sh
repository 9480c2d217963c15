# account.sh: what useradd, usermod, userdel and the group commands share. master.passwd is the master file;
# passwd and the databases are made from it by pwd_mkdb.
hidden=/libexec/.linux/bin
self=${0##*/}
master=/etc/master.passwd
groups=/etc/group

complain() { printf '%s: %s\n' "$self" "$*" >&2; }
lock_accounts() { # one account change at a time; the second one is turned away, not kept waiting
  exec 9<"$groups"
  $hidden/flock -n 9 || { complain "Can't lock \`$groups': Resource temporarily unavailable"; exit 1; }
}
user_line() { grep "^$1:" "$master" 2>/dev/null; }
user_exists() { user_line "$1" >/dev/null; }
uid_in_use() { awk -F: -v id="$1" '$3 == id { found = 1 } END { exit !found }' "$master"; }
group_exists() { grep -q "^$1:" "$groups"; }
group_gid() { awk -F: -v name="$1" '$1 == name { print $3; exit }' "$groups"; }
gid_in_use() { awk -F: -v id="$1" '$3 == id { found = 1 } END { exit !found }' "$groups"; }
is_number() { case $1 in '' | *[!0-9]*) return 1 ;; esac; }

# setting NAME FALLBACK: a default of usermgmt.conf
setting() {
  _value=$(awk -v key="$1" '$1 == key { sub(/^[^ \t]+[ \t]*/, ""); print; found = 1; exit } END { exit !found }' /etc/usermgmt.conf 2>/dev/null) || _value=$2
  printf '%s' "$_value"
}
# resolve_gid GID|NAME: prints the number, or fails
resolve_gid() {
  if is_number "$1"; then printf '%s' "$1"; return; fi
  _gid=$(group_gid "$1")
  [ -n "$_gid" ] && printf '%s' "$_gid"
}
free_id() { # FILE LOW HIGH: the first number that nobody has
  awk -F: -v low="$2" -v high="$3" '{ taken[$3] = 1 } END { for (i = low; i <= high; i++) if (!(i in taken)) { print i; exit } exit 1 }' "$1"
}
# replace FILE MODE: puts standard input in FILE's place, whole or not at all
replace() {
  cat >"$1.new" && $hidden/chmod "$2" "$1.new" && $hidden/mv -f "$1.new" "$1"
}
rebuild_passwords() { pwd_mkdb -p "$master"; }
add_group_line() { { cat "$groups"; printf '%s:*:%s:\n' "$1" "$2"; } | replace "$groups" 644; }
join_groups() { # USER GROUP,GROUP...
  awk -F: -v OFS=: -v user="$1" -v list=",$2," 'index(list, "," $1 ",") && !index("," $4 ",", "," user ",") { $4 = $4 ($4 == "" ? "" : ",") user } { print }' \
    "$groups" | replace "$groups" 644
}
leave_groups() { # USER
  awk -F: -v OFS=: -v user="$1" '{ n = split($4, m, ","); out = ""; for (i = 1; i <= n; i++) if (m[i] != user) out = out (out == "" ? "" : ",") m[i]; if (n) $4 = out; print }' \
    "$groups" | replace "$groups" 644
}
