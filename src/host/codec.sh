# Values as text on one line, and back. Fields of events and journal entries are joined with `|`; inside a field
# backslash, bar, tab, newline and carriage return are written as escapes that printf's %b undoes.
m_nl='
'
m_tab=$(printf '\t')
m_cr=$(printf '\r')

# m_replace VALUE FROM TO: sets m_replaced. Literal, and without a process.
m_replace() {
  m_replaced=$1
  case $1 in
    *"$2"*) ;;
    *) return 0 ;;
  esac
  m_rest=$1
  m_replaced=
  while :; do
    case $m_rest in
      *"$2"*)
        m_replaced=$m_replaced${m_rest%%"$2"*}$3
        m_rest=${m_rest#*"$2"}
        ;;
      *)
        m_replaced=$m_replaced$m_rest
        return 0
        ;;
    esac
  done
}

# m_escape VALUE: sets m_escaped.
m_escape() {
  m_replace "$1" '\' '\\'
  m_replace "$m_replaced" '|' '\0174'
  m_replace "$m_replaced" "$m_tab" '\t'
  m_replace "$m_replaced" "$m_nl" '\n'
  m_replace "$m_replaced" "$m_cr" '\r'
  m_escaped=$m_replaced
}

# m_unescape FIELD: sets m_unescaped. The guard keeps newlines at the end, which $( ) would drop.
m_unescape() {
  m_unescaped=$1
  case $1 in
    *'\'*)
      m_unescaped=$(printf '%b.' "$1")
      m_unescaped=${m_unescaped%.}
      ;;
  esac
}

# m_join FIELD...: sets m_joined to the escaped fields with bars between.
m_join() {
  m_joined=
  m_bar=
  for m_field do
    m_escape "$m_field"
    m_joined=$m_joined$m_bar$m_escaped
    m_bar='|'
  done
}

# m_quote VALUE: sets m_quoted to a word that sh reads back as VALUE.
m_quote() {
  m_replace "$1" "'" "'\\''"
  m_quoted="'$m_replaced'"
}
