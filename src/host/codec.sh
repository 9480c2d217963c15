# Values as text on one line, and back. Fields of events and journal entries are joined with `|`; inside a field
# backslash, bar, tab, newline and carriage return are written as escapes that printf's %b undoes.
m_nl='
'
m__tab='	'
# A run is sent it, because sh cannot write one without a process.
: "${m__cr:=$(printf '\r')}"

# m_replace VALUE FROM TO: sets m_replaced. Literal, and without a process.
m_replace() {
  local m__rest
  m_replaced=$1
  case $1 in
    *"$2"*) ;;
    *) return 0 ;;
  esac
  m__rest=$1
  m_replaced=
  while :; do
    case $m__rest in
      *"$2"*)
        m_replaced=$m_replaced${m__rest%%"$2"*}$3
        m__rest=${m__rest#*"$2"}
        ;;
      *)
        m_replaced=$m_replaced$m__rest
        return 0
        ;;
    esac
  done
}

# m_escape VALUE: sets m_escaped.
m_escape() {
  m_replace "$1" '\' '\\'
  m_replace "$m_replaced" '|' '\0174'
  m_replace "$m_replaced" "$m__tab" '\t'
  m_replace "$m_replaced" "$m_nl" '\n'
  m_replace "$m_replaced" "$m__cr" '\r'
  m_escaped=$m_replaced
}

# m__unescape FIELD: sets m__unescaped. Starts no process.
m__unescape() {
  local m__rest m__backslash
  m__unescaped='' m__rest=$1 m__backslash='\'
  while :; do
    case $m__rest in
      *"$m__backslash"*) ;;
      *)
        m__unescaped=$m__unescaped$m__rest
        return 0
        ;;
    esac
    m__unescaped=$m__unescaped${m__rest%%"$m__backslash"*}
    m__rest=${m__rest#*"$m__backslash"}
    case $m__rest in
      "$m__backslash"*) m__unescaped=$m__unescaped$m__backslash m__rest=${m__rest#?} ;;
      0174*) m__unescaped=$m__unescaped'|' m__rest=${m__rest#????} ;;
      t*) m__unescaped=$m__unescaped$m__tab m__rest=${m__rest#?} ;;
      n*) m__unescaped=$m__unescaped$m_nl m__rest=${m__rest#?} ;;
      r*) m__unescaped=$m__unescaped$m__cr m__rest=${m__rest#?} ;;
      *) m__unescaped=$m__unescaped$m__backslash ;;
    esac
  done
}

# m__join FIELD...: sets m__joined to the escaped fields with bars between.
m__join() {
  local m__bar m__field
  m__joined=
  m__bar=
  for m__field do
    m_escape "$m__field"
    m__joined=$m__joined$m__bar$m_escaped
    m__bar='|'
  done
}

# m_quote VALUE: sets m_quoted to a word that sh reads back as VALUE.
m_quote() {
  m_replace "$1" "'" "'\\''"
  m_quoted="'$m_replaced'"
}
