# The editing behind `rc_conf`. Prints the file with the variable set, or, with `show`, its present value. The values
# lie in files whose names begin with `values`. With `list`, which is the file's name, prints a sh function as looked.awk does:
# m__looked_NUMBER 'rc FILE NAME' sets m__t_value and m__t_line, or, where the value is not that plain, m__t_line to nothing. So does
# 'rc FILE' where the file is no text of `bytes` bytes.
# Exit 3: the present value goes over several lines. Exit 4: the line that it must stand below is not there.
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
function listing(    name, now) {
  print "m__looked_" number "() {\ncase $1 in"
  if (total == bytes) {
    for (name in last) {
      now = value_of(text[last[name]])
      if (broken || now ~ /[^ -~]/ || index(now, "'")) print "'rc " list " " name "') m__t_line= ;;"
      else print "'rc " list " " name "') m__t_line=" last[name] " m__t_value='" now "' ;;"
    }
  }
  print "'rc " list "') m__t_line=" (total == bytes ? NR : "") " ;;"
  print "*) m__looked_" before " \"$1\" ;;\nesac\n}\nm__looked=" number
}
BEGIN {
  if (list == "") key = value("key")
  if (!show && list == "") { word = value("word"); wanted = value("value"); after = value("after") }
}
{ text[NR] = $0; total += length($0) + 1; k = key_of($0); if (k != "") last[k] = NR; if (k == key) at = NR; if (k != "" && k == after) below = NR }
END {
  if (list != "") { listing(); exit }
  if (show) {
    if (at) print value_of(text[at])
    exit
  }
  if (after != "" && !below) exit 4
  line = key "=" word
  if (at) {
    now = value_of(text[at])
    if (broken) exit 3
    if (truth(now) != truth(wanted)) text[at] = line tail
    else line = text[at]
    if (at < below) { move = text[at]; drop = at; at = 0; line = move }
  }
  put = at ? 0 : (below ? below : NR)
  if (!at && NR == 0) print line
  for (i = 1; i <= NR; i++) {
    if (i != drop) print text[i]
    if (i == put) print line
  }
}
