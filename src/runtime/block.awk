# The editing behind `block`: reads the file, prints it with the block in its old place, at the end, or gone.
function put() {
  if (ENVIRON["M_GONE"] != "") return
  print ENVIRON["M_BEGIN"]
  if (ENVIRON["M_CONTENT"] != "") print ENVIRON["M_CONTENT"]
  print ENVIRON["M_END"]
  done = 1
}
inside && $0 == ENVIRON["M_END"] { inside = 0; next }
inside { next }
$0 == ENVIRON["M_BEGIN"] { inside = 1; if (!done) put(); next }
{ print }
END {
  if (inside) exit 1
  if (!done) put()
}
