#!/bin/sh
# Makes the image debian:bookworm-slim on a machine that cannot pull it: debootstrap from a mirror that this machine's
# own apt uses, less what a container does not need, imported into the engine. Does nothing when the image is there.
#
#   base-image.sh [TAG]                     make the image (root, debootstrap, docker)
#   base-image.sh --list-mirrors [ETC_APT]  show the mirrors that would be tried, in order
set -eu

suite=bookworm
limit=600 # seconds for one mirror

say() {
  printf 'base-image: %s\n' "$*" >&2
}

# Prints one line for each mirror in apt's configuration: SUITE URI KEYRING TRUSTED, with - for "nothing said".
apt_mirrors() {
  for list in "$1"/sources.list "$1"/sources.list.d/*.list; do
    [ -f "$list" ] && one_line_mirrors <"$list"
  done
  for stanzas in "$1"/sources.list.d/*.sources; do
    [ -f "$stanzas" ] && deb822_mirrors <"$stanzas"
  done
  return 0
}

# deb [signed-by=FILE trusted=yes] URI SUITE COMPONENT...
one_line_mirrors() {
  awk '
    $1 == "deb" {
      line = $0; sub(/#.*/, "", line); sub(/^[ \t]*deb[ \t]+/, "", line)
      keyring = trusted = "-"; options = ""
      if (match(line, /^\[[^]]*\]/)) {
        options = substr(line, 2, RLENGTH - 2); line = substr(line, RLENGTH + 1)
      }
      count = split(options, option, /[ \t]+/)
      for (i = 1; i <= count; i++) {
        if (option[i] ~ /^signed-by=\//) { keyring = substr(option[i], 11); sub(/,.*/, "", keyring) }
        if (option[i] == "trusted=yes") trusted = "yes"
      }
      split(line, word, /[ \t]+/); first = word[1] == "" ? 2 : 1
      print word[first + 1], word[first], keyring, trusted
    }'
}

# Stanzas of "Field: value" with continuation lines, set apart by blank lines.
deb822_mirrors() {
  awk '
    function flush(  i, j, uris, suites, uri, name) {
      if (value["types"] ~ /(^| )deb( |$)/ && value["enabled"] !~ /^(no|false)$/) {
        uris = split(value["uris"], uri, " "); suites = split(value["suites"], name, " ")
        split(value["signed-by"], key, " ")
        for (i = 1; i <= uris; i++) for (j = 1; j <= suites; j++)
          print name[j], uri[i], (key[1] ~ /^\// ? key[1] : "-"), (value["trusted"] == "yes" ? "yes" : "-")
      }
      split("", value)
    }
    /^#/ { next }
    /^[ \t]*$/ { flush(); next }
    /^[ \t]/ { value[field] = value[field] " " trim($0); next }
    { field = tolower($0); sub(/:.*/, "", field); rest = $0; sub(/^[^:]*:/, "", rest); value[field] = trim(rest) }
    function trim(text) { gsub(/^[ \t]+|[ \t]+$/, "", text); return text }
    END { flush() }'
}

# Keeps what can be a whole Debian archive: this suite first, then other suites, each URI once.
candidates() {
  apt_mirrors "$1" | awk -v suite="$suite" '
    $2 !~ /^(https?|ftp):/ || $1 ~ /\/$/ || $1 ~ /-(security|updates|backports|proposed-updates)$|\/updates$/ { next }
    { line = $2 " " $3 " " $4 }
    $1 == suite { if (!seen[$2]++) print line; next }
    { later[++count] = line; uri[count] = $2 }
    END { for (i = 1; i <= count; i++) if (!seen[uri[i]]++) print later[i] }'
}

clean_up() {
  # A debootstrap that was cut off leaves these mounted, and nothing below them is ours to remove.
  for mounted in "$work"/root*/proc "$work"/root*/sys; do
    umount "$mounted" 2>/dev/null || :
  done
  rm -rf --one-file-system "$work"
}

# bootstrap ROOT URI KEYRING TRUSTED
bootstrap() {
  root=$1 uri=$2 keyring=$3 trusted=$4
  set -- --variant=minbase
  if [ "$trusted" = yes ]; then set -- "$@" --no-check-gpg; else set -- "$@" --force-check-gpg; fi
  if is_keyring "$keyring"; then set -- "$@" "--keyring=$keyring"; fi
  timeout "$limit" debootstrap "$@" "$suite" "$root" "$uri" >&2 </dev/null || return 1
  # The image's own apt has to trust the mirror as this machine's apt does.
  if [ "$trusted" = yes ]; then sed -i 's/^deb /deb [trusted=yes] /' "$root/etc/apt/sources.list"; fi
  if is_keyring "$keyring"; then cp "$keyring" "$root/etc/apt/trusted.gpg.d/"; fi
}

# True for a file that debootstrap's verifier can read; it cannot read an armored one.
is_keyring() {
  case $1 in
  /*.gpg | /*.pgp) [ -r "$1" ] ;;
  *) false ;;
  esac
}

# Takes out what a container does not need.
slim() {
  cat >"$1/etc/dpkg/dpkg.cfg.d/slim" <<'END'
path-exclude /usr/share/doc/*
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
END
  for bulk in doc info locale man; do
    rm -rf "${1:?}/usr/share/$bulk"
    mkdir "$1/usr/share/$bulk"
  done
  rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/var/log/*.log
  # Nothing starts a service while packages are installed into the image.
  printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
  chmod 755 "$1/usr/sbin/policy-rc.d"
}

if [ "${1-}" = --list-mirrors ]; then
  candidates "${2-/etc/apt}"
  exit 0
fi

tag=${1-debian:$suite-slim}
if docker image inspect "$tag" >/dev/null 2>&1; then
  say "$tag is there already"
  exit 0
fi
for tool in debootstrap docker timeout; do
  command -v "$tool" >/dev/null 2>&1 || { say "no $tool on this machine"; exit 1; }
done
[ "$(id -u)" = 0 ] || { say "debootstrap needs root"; exit 1; }

eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
[ -z "${http_proxy-}" ] || export http_proxy

work=$(mktemp -d)
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

candidates /etc/apt >"$work/mirrors"
attempt=0 made=
while [ -z "$made" ] && read -r uri keyring trusted; do
  attempt=$((attempt + 1))
  say "bootstrapping $suite from $uri"
  if bootstrap "$work/root$attempt" "$uri" "$keyring" "$trusted"; then
    made=$work/root$attempt
  else
    say "that failed: $uri"
  fi
done <"$work/mirrors"
[ -n "$made" ] || { say "no mirror in this machine's apt sources has Debian $suite"; exit 1; }

say "importing it as $tag"
slim "$made"
tar --numeric-owner --one-file-system -C "$made" -cf "$work/image.tar" .
docker import --change 'CMD ["bash"]' "$work/image.tar" "$tag" >/dev/null
say "made $tag, $(docker image inspect --format '{{.Size}}' "$tag") bytes"
