# What nobody but root could have put where it is: judged by owner and mode of each part of its path, never by its name.

# is_roots PATH: PATH is there, and it and every directory and link on the way to it can be changed by root alone. Sets
# roots_why to what is wrong, in words.
is_roots() {
  roots_path=$1
  roots_why=
  for roots_turn in 1 2 3 4 5 6 7 8 9; do
    roots_dir=${roots_path%/*}
    m_walk "${roots_dir:-/}" || {
      roots_why=$m_hold_why
      return 1
    }
    if [ -n "$m_foreign$m_missing" ]; then
      is_roots_part "${m_foreign:-$m_missing}" && roots_why="any account can write to $m_foreign"
      return 1
    fi
    is_roots_part "${roots_path:-/}" || return 1
    [ "$m_type" = 'link' ] || return 0
    m_link_target "$roots_path"
    case $m_target in
      /*) m_plain "$m_target" ;;
      *) m_plain "$roots_dir/$m_target" ;;
    esac
    roots_path=$m_plain_path
  done
  roots_why="$1 is a link of too many steps"
  return 1
}

# is_roots_part PATH: one part of a path, whatever is above it.
is_roots_part() {
  m_look "$1"
  case $m_type:$m_uid:$m_mode in
    absent:*) roots_why="$1 is not there" ;;
    link:0:* | link:"$m_self_uid":* | *:0:??[0145][0145] | *:"$m_self_uid":??[0145][0145] | dir:0:[1357]???) return 0 ;;
    *) roots_why="$1 can be changed by accounts other than root (uid $m_uid, gid $m_gid, mode $m_mode)" ;;
  esac
  return 1
}
