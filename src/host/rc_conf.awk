# The editing behind `rc_conf`. Prints the file with the variable set, or, with `show`, its present value. The values are in
# files whose names begin with `values`.
# Unless the text may hold a secret, the file `said` gets the change as a unified diff without its head.
# Exit 3: the present value has several lines. Exit 4: the line that it must stand below is not there.
function value(name,    line) {
  getline line < (values name)
  return line
}
function key_of(s,    k) {
  k = s
  sub(/^[ \t]*/, "", k)
  if (k !~ /^[A-Za-z_][A-Za-z0-9_]*=/) return ""
  sub(/=.*/, "", k)
  return k
}
# The word behind the equals sign: quotes taken off, stops at a blank outside quotes. Sets tail to what follows.
function value_of(s,    v, out, c, q, i, n) {
  v = s
  sub(/^[^=]*=/, "", v)
  out = ""; q = ""; n = length(v); broken = 0
  for (i = 1; i <= n; i++) {
    c = substr(v, i, 1)
    if (q == "" && (c == " " || c == "\t" || c == ";")) break
    if (q == "" && (c == "\"" || c == "'")) { q = c; continue }
    if (q != "" && c == q) { q = ""; continue }
    if (c == "\\" && q != "'") {
      if (i == n) { broken = 1; break }
      i++
      c = substr(v, i, 1)
      if (c == "$" || (q == "\"" && c !~ /["\\`]/)) out = out "\\"
    } else if (c == "$" && q == "'") out = out "\\"
    out = out c
  }
  if (q != "") broken = 1
  tail = substr(v, i)
  return out
}
function truth(s,    t) {
  t = tolower(s)
  if (t ~ /^(yes|true|on|1)$/) return "yes"
  if (t ~ /^(no|false|off|0)$/) return "no"
  return "=" s
}
# What m__may_hold_secrets looks for.
function may_be_secret(s,    c) {
  s = tolower(s); c = "[^: ]"
  return s ~ /secret|private|prime[12]:|exponent[12]:|coefficient:|key[: \t]|-y.*:|:\/\/.*:.*@|[$].*[$]/ || s ~ (":" c c c c c c c c "[^: ]*:[0-9]*:")
}
function span(first, count) {
  return (count ? first : first - 1) (count == 1 ? "" : "," count)
}
# The change as one piece of a unified diff, out of marks[1..steps]: the lines with a blank, a minus or a plus before each.
function say_change(    i, from, to, olds, news) {
  from = first > 3 ? first - 3 : 1
  to = last + 3 > steps ? steps : last + 3
  for (i = from; i <= to; i++) { olds += marks[i] !~ /^\+/; news += marks[i] !~ /^-/ }
  print "@@ -" span(from, olds) " +" span(from, news) " @@" >said
  for (i = from; i <= to; i++) print marks[i] >said
}
function put_line(mark, s) {
  marks[++steps] = mark s
  if (mark != "-") print s
  if (mark != " ") { last = steps; if (!first) first = steps }
  if (said != "" && may_be_secret(s)) odd = 1
}
BEGIN {
  key = value("key")
  if (!show) { word = value("word"); wanted = value("value"); after = value("after") }
}
{ text[NR] = $0; k = key_of($0); if (k == key) at = NR; if (k != "" && k == after) below = NR }
END {
  if (show) {
    if (at) print value_of(text[at])
    exit
  }
  if (after != "" && !below) exit 4
  line = key "=" word
  if (at) {
    now = value_of(text[at])
    if (broken) exit 3
    same = truth(now) == truth(wanted)
    line = same ? text[at] : line tail
    if (line == text[at]) same = 1
  }
  # One that stands too high goes below the line that it must follow.
  drop = at && at < below ? at : 0
  if (!at || drop) put = below ? below : NR
  if (put == 0 && !at) put_line("+", line)
  for (i = 1; i <= NR; i++) {
    if (i == drop) put_line("-", text[i])
    else if (i == at && !same) { put_line("-", text[i]); put_line("+", line) }
    else put_line(" ", text[i])
    if (put && i == put) put_line("+", line)
  }
  if (said != "" && first && !odd) say_change()
}
