# The editing behind `block`: reads the file, prints it with the block in its old place, at the end, or gone.
# The values lie in files whose names begin with `values`.
function value(name,    text, part, bar) {
  while ((getline part < (values name)) > 0) {
    text = text bar part
    bar = "\n"
  }
  return text
}
function put() {
  if (gone != "") return
  print first
  if (content != "") print content
  print last
  done = 1
}
BEGIN { first = value("begin"); last = value("end"); content = value("content"); gone = value("gone") }
inside && $0 == last { inside = 0; next }
inside { next }
$0 == first { inside = 1; if (!done) put(); next }
{ print }
END {
  if (inside) exit 1
  if (!done) put()
}
