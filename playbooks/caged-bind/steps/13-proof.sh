# The article's proof: ps shows who runs it, fstat shows the inode of its root directory, ls shows the cage's.
state() { :; }

verify() {
  if ! pid_of_program "$program"; then
    m_check 'the caged named runs' "there is no process of $program"
    return 0
  fi
  m_check 'the caged named runs' ''
  expect_equal 'the process runs as the unprivileged user' "$run_user" "$(user_of_pid "$m_pid")"
  root=$(root_inode_of "$m_pid")
  home=$(inode_of "$cage")
  if [ "$root" = "$home" ]; then
    m_check 'its root directory is the cage' ''
  else
    m_check 'its root directory is the cage' "root of pid $m_pid is ${root:+inode }${root:-/}, not $cage (inode $home)"
  fi
  observe named.user "$(user_of_pid "$m_pid")"
  observe '~named.pid' "$m_pid"
}
