# Replaces every literal occurrence of a secret (one per line in the file `list`, longest first) by [secret].
BEGIN {
  while ((getline line < list) > 0) if (line != "") secret[n++] = line
}
{
  for (i = 0; i < n; i++) {
    out = ""
    while ((at = index($0, secret[i])) > 0) {
      out = out substr($0, 1, at - 1) "[secret]"
      $0 = substr($0, at + length(secret[i]))
    }
    $0 = out $0
  }
  print
}
