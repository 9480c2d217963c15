# Turns what `ls -ldn` said into a sh function that knows it: m__looked_NUMBER PATH sets m__t_type, m__t_mode, ... The one that was
# there before it (`before`) is asked for what it does not know. Two files: of what is no link, and of links (`links` of them).
# Another account may have put a link there meanwhile, whose text has lines that look like those of ls. So a line of a link
# makes all of the first file void; and the second file must have one line for each link.
function digit(rwx,    value, letter) {
  value = (substr(rwx, 1, 1) == "r" ? 4 : 0) + (substr(rwx, 2, 1) == "w" ? 2 : 0)
  letter = substr(rwx, 3, 1)
  special = letter ~ /[sStT]/
  return value + (letter ~ /[xst]/ ? 1 : 0)
}
function octal(bits,    high, low) {
  low = digit(substr(bits, 2, 3)); high = special * 4
  low = low digit(substr(bits, 5, 3)); high += special * 2
  low = low digit(substr(bits, 8, 3)); high += special
  return high low
}
function kind(bits,    letter) {
  letter = substr(bits, 1, 1)
  return letter == "-" ? "file" : letter == "d" ? "dir" : letter == "l" ? "link" : "other"
}
function known(path, target) {
  return "'" path "') m__t_type=" kind($1) " m__t_bits='" $1 "' m__t_mode=" octal($1) " m__t_links=" $2 \
    " m__t_uid=" $3 " m__t_gid=" $4 " m__t_bytes='" $5 "' m__t_target='" target "' ;;"
}
function is_plain(text) {
  return text !~ /[^ -~]/ && text !~ / $/ && index(text, "'") == 0
}
{
  at = index($0, " /")
  path = substr($0, at + 1)
  odd = $1 !~ /^[^ ]..........?$/ || ($2 $3 $4) !~ /^[0-9]+$/ || $5 !~ /^[0-9]+,?$/ || !at
}
FILENAME == plain {
  if (odd || $1 ~ /^l/) bad_plain = 1
  else if (is_plain(path)) plain_line[++plain_lines] = known(path, "")
}
FILENAME != plain {
  link_lines++
  arrow = index(path, " -> ")
  target = substr(path, arrow + 4)
  path = substr(path, 1, arrow - 1)
  if (odd || $1 !~ /^l/ || !arrow || seen[path]++) bad_links = 1
  else if (is_plain(path) && is_plain(target)) link_line[++good_links] = known(path, target)
}
END {
  print "m__looked_" number "() {\ncase $1 in"
  if (!bad_plain) for (i = 1; i <= plain_lines; i++) print plain_line[i]
  if (!bad_links && link_lines == links) for (i = 1; i <= good_links; i++) print link_line[i]
  print "*) m__looked_" before " \"$1\" ;;\nesac\n}\nm__looked=" number
}
