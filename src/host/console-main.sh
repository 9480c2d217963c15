
# --- at the console: people read, so events are sentences -----------------------------------------------------------

m__emit() {
  case $1 in
    res) printf '%-8s  %s %s: %s\n' "$2" "$3" "$4" "$5" ;;
    proof) printf '%s of %s paths proved identical to before\n' "$2" "$3" ;;
    *) printf '%s\n' "$2" ;;
  esac
}
m__emit_diff() {
  m__masked_copies "$1" "$2" "${3-$1}"
  diff -u "$m__diff_a" "$m__diff_b"
}
m__refuse() {
  printf '%s\n' "$1" >&2
  exit 1
}

m__force=no
[ "${1-}" != --force ] || m__force=yes
m__state_dir=${m__receipt%/runs/*}
m__run_id=${m__receipt##*/}
m__operator=$(id -un)@console
m__action=rollback
m__meta_of "$m__receipt"
m__playbook=$m__meta_playbook
m__seq=0
m__masks=$m__receipt/mask-files.awk
m__make_private driver.pid || m__refuse "$m__no_place"
cd /
trap 'rm -rf "$m_work"' 0
m__sweep_work
m__find_digest
m__status_of "$m__receipt"
case $m__status_word in
  rolled-back | taken-back) m__refuse 'this run is rolled back already' ;;
esac
m__take_lock
m__find_leader "$m__receipt"
if [ -n "$m__leader" ]; then
  m__drop_lock
  m__refuse "run $m__leader continued this one, so they are undone together: sh $m__state_dir/runs/$m__leader/undo.sh"
fi
m__status=0
m__rollback || m__status=1
m__drop_lock
exit "$m__status"
