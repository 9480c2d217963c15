# The comparison behind `same_meaning`: exits 0 when m__wanted and m__seen mean the same as a value of kind m__kind, 1 when
# not. m__same holds words that mean the same, a group a line. They come through the environment, because -v would
# interpret backslashes.
function plain(text) {
  gsub(/[ \t\r\n]+/, " ", text)
  sub(/^ /, "", text)
  sub(/ $/, "", text)
  if (text ~ /^".*"$/) text = substr(text, 2, length(text) - 2)
  return text
}
# The first word of the group that the text is in.
function known(text,    i) {
  for (i = 1; i <= groups; i++) if (index(" " group[i] " ", " " text " ")) return first[i]
  return text
}
function truth(text) {
  if (text ~ /^(yes|true|on|enabled?|1)$/) return "yes"
  if (text ~ /^(no|false|off|disabled?|0)$/) return "no"
  return text
}
# Adds up 1h30m, 90 s or PT1H30M in seconds; what is no time comes back as it is.
function seconds(text,    rest, sum, number, unit) {
  rest = text
  if (rest ~ /^p[0-9t]/) {
    # In P1M it is a month, which has no length.
    if (rest ~ /^[^t]*[my]/) return text
    sub(/^p/, "", rest)
    sub(/t/, "", rest)
  }
  gsub(/ /, "", rest)
  if (rest == "") return text
  while (rest != "") {
    if (!match(rest, /^[0-9]+(\.[0-9]+)?/)) return text
    number = substr(rest, 1, RLENGTH) + 0
    rest = substr(rest, RLENGTH + 1)
    unit = match(rest, /^[a-z]+/) ? substr(rest, 1, RLENGTH) : ""
    rest = substr(rest, length(unit) + 1)
    if (unit != "" && unit !~ /^(ms|s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?)$/) return text
    if (unit == "ms") number /= 1000
    else if (unit ~ /^m/) number *= 60
    else if (unit ~ /^h/) number *= 3600
    else if (unit ~ /^d/) number *= 86400
    else if (unit ~ /^w/) number *= 604800
    sum += number
  }
  return sprintf("%.3f", sum)
}
function bytes(text,    number, unit) {
  if (!match(text, /^[0-9]+(\.[0-9]+)?/)) return text
  number = substr(text, 1, RLENGTH) + 0
  unit = substr(text, RLENGTH + 1)
  sub(/^ /, "", unit)
  sub(/i?b(ytes)?$/, "", unit)
  if (unit !~ /^[kmgt]?$/) return text
  while (unit != "") {
    number *= 1024
    unit = unit == "t" ? "g" : unit == "g" ? "m" : unit == "m" ? "k" : ""
  }
  return sprintf("%.0f", number)
}
function entries(text, ordered,    part, n, i, j, one, all, last) {
  n = split(text, part, /[ ,;\t]+/)
  for (i = 1; i <= n; i++) part[i] = known(part[i])
  for (i = 2; i <= n && !ordered; i++) {
    one = part[i] ""
    for (j = i - 1; j >= 1 && part[j] "" > one; j--) part[j + 1] = part[j]
    part[j + 1] = one
  }
  for (i = 1; i <= n; i++) {
    if (part[i] == "" || (!ordered && all != "" && part[i] "" == last)) continue
    last = part[i] ""
    all = all "," last
  }
  return all
}
function meaning(text) {
  text = plain(text)
  if (kind == "text") return known(text)
  if (kind == "list" || kind == "set") return entries(text, kind == "list")
  text = known(tolower(text))
  if (kind == "truth") return truth(text)
  if (kind == "time") return seconds(text)
  if (kind == "size") return bytes(text)
  if (kind == "number" && text ~ /^[-+]?[0-9]+$/) return sprintf("%.0f", text + 0)
  return text
}
BEGIN {
  kind = ENVIRON["m__kind"]
  groups = split(ENVIRON["m__same"], group, "\n")
  for (i = 1; i <= groups; i++) {
    split(group[i], word, " ")
    first[i] = word[1]
  }
  # Joined with a letter, so that awk compares texts and not numbers.
  exit ("=" meaning(ENVIRON["m__wanted"])) != ("=" meaning(ENVIRON["m__seen"]))
}
