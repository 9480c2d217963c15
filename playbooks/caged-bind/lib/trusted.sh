# What nobody but root could have put where it is, and what other accounts may write: judged by owner and mode of each part of
# a path, never by its name.

# is_roots PATH: PATH is there, and it and every directory and link on the way to it are root's and can be changed by root
# alone. Links are followed part by part. Sets roots_why to what is wrong, in words.
is_roots() {
  roots_why=
  roots_at=
  roots_rest=${1#/}
  roots_hops=0
  roots_part_is_roots / || return 1
  while [ -n "$roots_rest" ]; do
    roots_part=${roots_rest%%/*}
    case $roots_rest in */*) roots_rest=${roots_rest#*/} ;; *) roots_rest= ;; esac
    case $roots_part in
      '' | .) continue ;;
      ..)
        roots_at=${roots_at%/*}
        continue
        ;;
    esac
    roots_part_is_roots "$roots_at/$roots_part" || return 1
    if [ "$m_type" = 'link' ]; then
      roots_hops=$((roots_hops + 1))
      [ "$roots_hops" -le 16 ] || {
        roots_why="$1 is a link that leads to too many others"
        return 1
      }
      m_link_target "$roots_at/$roots_part"
      case $m_target in /*) roots_at= ;; esac
      roots_rest=$m_target${roots_rest:+/$roots_rest}
    else
      roots_at=$roots_at/$roots_part
    fi
  done
}

# roots_part_is_roots PATH: one part of a path. In a directory whose names are sticky, root's own stay.
roots_part_is_roots() {
  m_look "$1"
  case $m_type:$m_uid in
    absent:*)
      roots_why="$1 is not there"
      return 1
      ;;
    *:0 | *:"${m_self_uid:-0}") ;;
    *)
      roots_why="$1 belongs to uid $m_uid"
      return 1
      ;;
  esac
  case $m_type:$m_mode in link:* | *:??[0145][0145] | dir:[1357]???) return 0 ;; esac
  roots_why="$1 can be changed by others than root (mode $m_mode)"
  return 1
}
