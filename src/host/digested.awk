# Turns what the digest tool (`tool`) said of many files into a sh function, as looked.awk does: m__looked_NUMBER 'digest PATH' sets
# m__t_digest.
BEGIN { print "m__looked_" number "() {\ncase $1 in" }
{ path = ""; digest = $1; at = index($0, " /") + 1 }
tool == "openssl" {
  digest = $NF
  at = match($0, /\(\/.*\)= [0-9a-f]+$/) + 1
  if (at > 1) path = substr($0, at, RLENGTH - length(digest) - 4)
}
tool == "cksum" && $2 ~ /^[0-9]+$/ { digest = $1 "-" $2 }
tool != "openssl" && at > 1 { path = substr($0, at) }
path != "" && digest ~ /^[0-9a-f]+(-[0-9]+)?$/ {
  print "'digest " path "') m__t_digest=" (tool == "cksum" ? "cksum:" : "sha256:") digest " ;;"
}
END { print "*) m__looked_" before " \"$1\" ;;\nesac\n}\nm__looked=" number }
