# Prints a unified diff as `d` events, at most `cap` lines of it. The two header lines are left out, because they carry
# temporary names. Every literal occurrence of a secret is masked (the file `list` has one a line, longest first), and the
# text is escaped as in all events. If `copy` names a file, the events are appended to it, too.
BEGIN {
  while (list != "" && (getline line < list) > 0) if (line != "") secret[count++] = line
}
NR > 2 && NR <= cap + 2 {
  for (i = 0; i < count; i++) $0 = swap($0, secret[i], "[secret]")
  # The backslash first. Literally, because what a doubled backslash means to sub() differs between awks.
  line = swap(swap($0, "\\", "\\\\"), "|", "\\0174")
  say("d|" swap(swap(line, "\t", "\\t"), "\r", "\\r"))
}
END {
  if (NR > cap + 2) say("d|... " NR - cap - 2 " more lines")
}

function say(event) {
  print event
  if (copy != "") print event >>copy
}

function swap(text, from, to, done, at) {
  done = ""
  while ((at = index(text, from)) > 0) {
    done = done substr(text, 1, at - 1) to
    text = substr(text, at + length(from))
  }
  return done text
}
