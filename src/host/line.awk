# The editing behind `line`: reads the file, prints it with the line in, or gone. The values lie in files whose names
# begin with `values`.
function value(name,    line) {
  getline line < (values name)
  return line
}
{ text[NR] = $0 }
END {
  want = value("line"); match_re = value("match"); after_re = value("after"); gone = value("gone")
  if (gone != "") {
    for (i = 1; i <= NR; i++) if (!(match_re != "" ? text[i] ~ match_re : text[i] == want)) print text[i]
    exit
  }
  at = 0
  for (i = 1; i <= NR; i++) if (text[i] == want) at = i
  if (match_re != "") for (i = 1; i <= NR; i++) if (text[i] ~ match_re) at = i
  if (at) text[at] = want
  else {
    put = NR
    if (after_re != "") for (i = 1; i <= NR; i++) if (text[i] ~ after_re) put = i
  }
  if (!at && NR == 0) print want
  for (i = 1; i <= NR; i++) {
    print text[i]
    if (!at && i == put) print want
  }
}
