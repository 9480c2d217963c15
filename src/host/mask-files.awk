# Masks what is secret in texts of the host's own: `secret` statements of BIND's grammar in every layout, private keys
# (PEM, OpenSSH, BIND's Private-key-format), KEY records of symmetric algorithms, and password hashes. All else stays
# as it is, byte for byte. The same rules stand in src/run/file-secrets.ts; a test holds the two against each other.
#
# The input is one or two texts, each with the marker `end` behind its last byte, because awk does not tell whether a
# last line had its newline. `old` and `new` are the files that get them masked; without them all goes to the standard
# output. With `numbered`, equal values get equal numbers, so that a diff shows which values differ and nothing of them.
# `kind` is what the file's name says of it: key, private, accounts, or nothing.
#
# A slash stands in no bracket expression, because awks differ in whether it ends the pattern and in what `\/` means there.
BEGIN {
  out = old
  begin()
}
{
  at = length($0) - length(end) + 1
  if (at < 1 || substr($0, at) != end) {
    put(masked($0) "\n")
    next
  }
  if (at > 1) put(masked(substr($0, 1, at - 1)))
  out = new
  begin()
}

function put(text) {
  if (out == "") printf "%s", text
  else printf "%s", text >out
}

function begin() {
  pem = public = comment = quoted = want = remark_want = depth = 0
  private = kind == "private"
  start = 1
}

# mark(VALUE): what stands for a value. Never anything that is computed from it: a digest can be guessed back.
function mark(value) {
  if (value ~ /^\[secret( [0-9]+)?\]$/) return value
  if (!numbered) return "[secret]"
  if (!(value in number)) number[value] = ++numbers
  return "[secret " number[value] "]"
}

# whole(LINE): all of a line but its indent and what makes a comment of it.
function whole(line) {
  match(line, /^[ \t\r\f\v]*((#|\/\/|>|[*])[ \t]+)?/)
  if (RLENGTH >= length(line)) return line
  return substr(line, 1, RLENGTH) mark(substr(line, RLENGTH + 1))
}

function masked(line) {
  if (pem) {
    if (match(line, /---- ?-?END/)) {
      pem = 0
      at_end = RSTART
      return (at_end > 1 ? whole(substr(line, 1, at_end - 1)) : "") substr(line, at_end)
    }
    if (!is_prose(line)) return whole(line)
    pem = 0
  }
  if (match(line, /---- ?-?BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-*/)) return pem_begin(line, RSTART + RLENGTH)
  if (line ~ /---- ?-?BEGIN /) public = 1
  if (line ~ /---- ?-?END /) public = 0
  if (line ~ /^[ \t\r\f\v]*Private-key-format:/) {
    private = 1
    return line
  }
  if (private) {
    if (match(line, /^[ \t\r\f\v]*[A-Za-z][A-Za-z0-9_().-]*:[ \t]*/)) return named_value(line, RLENGTH)
    if (!is_prose(line)) return whole(line)
    private = 0
  }
  if (match(line, /^[ \t\r\f\v]*(PrivateKey|PrivateExponent|Prime[12]|Exponent[12]|Coefficient|Private_value[(]x[)]|Key):[ \t]*/) && is_base64(trimmed(substr(line, RLENGTH + 1))))
    return substr(line, 1, RLENGTH) mark(substr(line, RLENGTH + 1))
  if (kind == "key" && !public && is_base64(trimmed(line))) return whole(line)
  return in_pieces(escaped(arguments(hashes(key_record(account(line))))))
}

# pem_begin(LINE, AT): the rest of a line that begins a key; the end may be on it too, as where newlines are escaped.
function pem_begin(line, at, rest) {
  rest = substr(line, at)
  if (match(rest, /---- ?-?END/)) {
    if (RSTART == 1) return line
    return substr(line, 1, at - 1) mark(substr(rest, 1, RSTART - 1)) substr(rest, RSTART)
  }
  pem = 1
  return substr(line, 1, at - 1) whole(rest)
}

# is_prose(LINE): several words that are no `Name: value`: no line of a key looks so.
function is_prose(line) {
  match(line, /^[ \t\r\f\v]*((#|\/\/|>|[*])[ \t]+)?/)
  line = trimmed(substr(line, RLENGTH + 1))
  return line ~ /[ \t]/ && line !~ /^[A-Za-z0-9_().-]+:/
}

function trimmed(text) {
  sub(/^[ \t\r\f\v]+/, "", text)
  sub(/[ \t\r\f\v]+$/, "", text)
  return text
}

function is_base64(text) {
  return length(text) >= 16 && text ~ /^([A-Za-z0-9+]|\/)+=*$/
}

# named_value(LINE, HEAD): a line of a Private-key-format file. Times and the algorithm are nobody's secret.
function named_value(line, head, value) {
  value = trimmed(substr(line, head + 1))
  if (value == "") return line
  if (line ~ /^[ \t\r\f\v]*Algorithm:/ && value ~ /^[0-9]+( [(][A-Z0-9_]+[)])?$/) return line
  if (line ~ /^[ \t\r\f\v]*(Created|Publish|Activate|Revoke|Inactive|Delete|SyncPublish|SyncDelete|DSPublish|DSRemoved):/ && value ~ /^[0-9]+$/ && length(value) == 14) return line
  return substr(line, 1, head) mark(substr(line, head + 1))
}

# account(LINE): a line of master.passwd, shadow, passwd or group, whose second field is a password's hash.
function account(line, count, field, hash, is_one) {
  count = split(line, field, ":")
  hash = field[2]
  sub(/^([*]LOCKED[*]|!)+/, "", hash)
  if (count < 2 || hash ~ /^([*!x-]*|[*](LK|NP)[*])$/) return line
  if (kind == "accounts") is_one = field[1] !~ /^[ \t]*(#|$)/
  else if (field[1] !~ /^[A-Za-z_][A-Za-z0-9_.$-]*$/) is_one = 0
  else if (count == 10) is_one = length(hash) >= 8 && field[3] ~ /^[0-9]+$/ && field[4] ~ /^[0-9]+$/
  else if (count == 9) is_one = length(hash) >= 8 && field[3] field[4] field[5] field[6] field[7] field[8] ~ /^[0-9]*$/
  else if (count == 7) is_one = is_hash(hash) && field[3] ~ /^[0-9]+$/ && field[4] ~ /^[0-9]+$/
  else is_one = count == 4 && is_hash(hash) && field[3] ~ /^[0-9]+$/
  if (!is_one) return line
  return field[1] ":" mark(field[2]) substr(line, length(field[1]) + length(field[2]) + 2)
}

function is_hash(text) {
  return text ~ /^[$]/ || text ~ /^_?([.A-Za-z0-9]|\/)+$/ && (length(text) == 13 || length(text) == 20)
}

# key_record(LINE): a KEY record is public, but of a symmetric algorithm (HMAC) it is the secret itself.
function key_record(line) {
  if (!match(line, /[ \t][Kk][Ee][Yy][ \t]+[0-9]+[ \t]+[0-9]+[ \t]+(157|16[1-5])[ \t]+[(]?[ \t]*/)) return line
  at = RSTART + RLENGTH
  if (at > length(line)) return line
  return substr(line, 1, at - 1) mark(substr(line, at))
}

# hashes(LINE): what crypt(3) makes, wherever it stands: `$2a$...`, `$argon2id$...`. The last part is long.
function hashes(line, done, text, count, part) {
  done = ""
  while (match(line, /[$][0-9a-z]+[$]([.A-Za-z0-9$=,+-]|\/)+/)) {
    text = substr(line, RSTART, RLENGTH)
    count = split(text, part, "[$]")
    done = done substr(line, 1, RSTART - 1)
    line = substr(line, RSTART + RLENGTH)
    if (count > 3 && length(part[count]) >= 20 && part[2] ~ /^(1|2|2[abxy]|3|5|6|7|8|y|gy|md5|sha1|sha256|sha512|argon2|argon2i|argon2d|argon2id|scrypt)$/) text = mark(text)
    done = done text
  }
  return done line
}

# arguments(LINE): a key as `nsupdate` and `dig -y` take it, and the password in an address.
function arguments(line, done, at, text) {
  if (match(line, /^[ \t]*key[ \t]+[^ \t{;"]+[ \t]+/) && is_random(trimmed(substr(line, RLENGTH + 1))))
    return substr(line, 1, RLENGTH) mark(trimmed(substr(line, RLENGTH + 1)))
  done = ""
  while (match(line, /-y[ \t]*["']?([A-Za-z0-9-]+:)?[A-Za-z0-9._-]+:/)) {
    done = done substr(line, 1, RSTART + RLENGTH - 1)
    line = substr(line, RSTART + RLENGTH)
    if (match(line, /^([A-Za-z0-9+]|\/)+=*/) && is_base64(substr(line, 1, RLENGTH))) {
      done = done mark(substr(line, 1, RLENGTH))
      line = substr(line, RLENGTH + 1)
    }
  }
  line = done line
  done = ""
  while ((at = index(line, "://")) > 0) {
    done = done substr(line, 1, at + 2)
    line = substr(line, at + 3)
    text = substr(line, 1, match(line, /[ \t"]|\//) ? RSTART - 1 : length(line))
    at = index(text, ":")
    text = at > 0 && substr(text, 1, at) !~ /@/ ? substr(text, at + 1) : ""
    if (index(text, "@") < 2) continue
    text = substr(text, 1, index(text, "@") - 1)
    done = done substr(line, 1, at) mark(text)
    line = substr(line, at + length(text) + 1)
  }
  return done line
}

# is_random(TEXT): base64 that is no word: padded, or with letters of both cases and digits or signs.
function is_random(text) {
  if (!is_base64(text) || length(text) % 4) return 0
  return text ~ /=$/ || (text ~ /[a-z]/) + (text ~ /[A-Z]/) + (text ~ /[0-9]/) + (text ~ /[+]|\//) > 2
}

# escaped(LINE): a statement in a text of another kind, where quotes are escaped, as in JSON, HTML or a script.
function escaped(line, done, value, has_quote) {
  done = ""
  while (match(line, /[Ss][Ee][Cc][Rr][Ee][Tt]([ \t]|[\\][nt])+([\\]+["']|&quot;|&#34;|&#x22;|%22)?([A-Za-z0-9+]|\/)/)) {
    has_quote = substr(line, RSTART, RLENGTH - 1) ~ /(["';2])$/
    done = done substr(line, 1, RSTART + RLENGTH - 2)
    line = substr(line, RSTART + RLENGTH - 1)
    match(line, /^([A-Za-z0-9+=]|\/)+/)
    value = substr(line, 1, RLENGTH)
    line = substr(line, RLENGTH + 1)
    if (has_quote ? is_base64(value) : is_random(value) && line ~ /^[ \t]*[;}]/) value = mark(value)
    done = done value
  }
  return done line
}

# closing(TEXT): where a quoted text ends: its first quote without a backslash before it, or 0.
function closing(text) {
  if (!match(text, /^([^"\\]|[\\].)*"/)) return 0
  return RLENGTH
}

# in_pieces(LINE): what is read token by token takes the square of a line's length, so long lines are cut at a blank.
function in_pieces(line, done, at) {
  done = ""
  while (length(line) > 2048) {
    at = match(substr(line, 1, 2048), /^.*[ \t;{}]/) ? RLENGTH : 2048
    done = done statements(substr(line, 1, at))
    line = substr(line, at + 1)
  }
  return done statements(line)
}

# statements(LINE): the tokens of a line as BIND reads them. A value is what follows the word `secret`, comments and
# line ends apart. `depth`: of braces. `start`: a statement may begin here. `want`: 2 behind the keyword at such a place, 1 elsewhere.
function statements(line, done, first, odd, two, at, value, rest, word) {
  if (is_plain(line)) return line
  done = ""
  first = 1
  # In a zone a line like this is a comment, and may hold any words.
  odd = !depth && line ~ /^[ \t]*;/
  if (quoted) {
    at = closing(line)
    if (!at) {
      if (line ~ /[;{}]/) quoted = 0
      return whole(line)
    }
    quoted = start = first = 0
    done = (at > 1 ? mark(substr(line, 1, at - 1)) : "") "\""
    line = substr(line, at + 1)
  }
  while (line != "") {
    if (comment) {
      at = index(line, "*/")
      if (!at) return done remark(line)
      comment = 0
      done = done remark(substr(line, 1, at - 1)) "*/"
      line = substr(line, at + 2)
    } else if (match(line, /^[ \t\r\f\v]+/)) {
      done = done substr(line, 1, RLENGTH)
      line = substr(line, RLENGTH + 1)
    } else if (substr(line, 1, 2) == "/*") {
      comment = 1
      done = done "/*"
      line = substr(line, 3)
    } else if (line ~ /^#/ || line ~ /^\/\// && !(want && line ~ /^\/\/([A-Za-z0-9+=]|\/)*[=;]/)) {
      return done remark(line)
    } else if (line ~ /^"/) {
      at = closing(substr(line, 2))
      value = at ? substr(line, 2, at - 1) : substr(line, 2)
      rest = at ? substr(line, at + 2) : ""
      if (want && (!at || want > 1 || depth || rest ~ /^[ \t\r\f\v]*[;}]/)) {
        if (value != "") value = mark(value)
        quoted = !at
      }
      done = done "\"" value (at ? "\"" : "")
      line = rest
      want = start = first = 0
    } else if (line ~ /^[;{}]/) {
      if (line ~ /^[{]/) depth++
      else if (line ~ /^}/ && depth) depth--
      done = done substr(line, 1, 1)
      line = substr(line, 2)
      start = 1
      want = 0
    } else {
      match(line, /^[^ \t\r\f\v;{}"]+/)
      word = substr(line, 1, RLENGTH)
      if (!want && word ~ /^[Ss][Ee][Cc][Rr][Ee][Tt](\/\*|\/\/|#)/) word = substr(word, 1, 6)
      else if (!want && index(word, "/*") > 1) word = substr(word, 1, index(word, "/*") - 1)
      line = substr(line, length(word) + 1)
      if (want && word ~ /^[=:]$/) {
        done = done word
        continue
      }
      if (want) {
        done = done (is_value(word, line, odd) ? mark(word) : word)
        want = 0
      } else {
        if (word ~ /^[Ss][Ee][Cc][Rr][Ee][Tt][:=]?$/) want = start || first ? 2 : 1
        done = done word
      }
      start = first = 0
    }
  }
  return done
}

# is_plain(LINE): there is nothing in it for statements() to do but to see where it ends. Most lines are such.
function is_plain(line) {
  if (want || quoted || remark_want || line ~ /[Ss][Ee][Cc][Rr][Ee][Tt]|\/\*|\*\//) return 0
  if (comment || line ~ /^[ \t\r\f\v]*($|#|\/\/)/) return 1
  if (line ~ /#|\/\/|[{}]/) return 0
  start = line ~ /[;{}][ \t\r\f\v]*$/
  return 1
}

# is_value(WORD, REST, ODD): a bare word behind the keyword is its value, and not the next word of a sentence.
function is_value(word, rest, odd) {
  if (is_base64(word)) return want > 1 || rest ~ /^[ \t\r\f\v]*[;}]/
  return want > 1 && !odd && rest ~ /^[ \t\r\f\v]*($|[;}#]|\/\*|\/\/)/
}

# remark(TEXT): a comment. Words in it stay, a statement that was commented out does not.
function remark(text, done, value, rest, wants) {
  done = ""
  wants = remark_want
  remark_want = text ~ /(^|[^A-Za-z0-9_.-])[Ss][Ee][Cc][Rr][Ee][Tt][ \t\r]*$/
  if (wants) {
    match(text, /^([ \t*]|#|\/\/)*/)
    done = substr(text, 1, RLENGTH)
    text = substr(text, RLENGTH + 1)
    if (match(text, /^("[^"]+"|([A-Za-z0-9+=]|\/)+)/) && substr(text, RLENGTH + 1) ~ /^[ \t]*;/) {
      value = substr(text, 1, RLENGTH)
      text = substr(text, RLENGTH + 1)
      if (value ~ /^"/) value = "\"" mark(substr(value, 2, length(value) - 2)) "\""
      else if (is_base64(value)) value = mark(value)
      done = done value
    }
  }
  while (match(text, /[Ss][Ee][Cc][Rr][Ee][Tt][ \t]+/)) {
    is_word = (done substr(text, 1, RSTART - 1)) !~ /[A-Za-z0-9_.-]$/
    done = done substr(text, 1, RSTART + RLENGTH - 1)
    text = substr(text, RSTART + RLENGTH)
    if (!is_word || !match(text, /^("[^"]+"|([A-Za-z0-9+=]|\/)+)/)) continue
    value = substr(text, 1, RLENGTH)
    rest = substr(text, RLENGTH + 1)
    if (value ~ /^"/) {
      value = substr(value, 2, length(value) - 2)
      if (!is_base64(value) && rest !~ /^[ \t]*;/) continue
      done = done "\"" mark(value) "\""
    } else if (is_base64(value) && rest ~ /^[ \t\r]*($|[;}])/) done = done mark(value)
    else continue
    text = rest
  }
  return done text
}
