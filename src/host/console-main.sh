
# --- at the console: people read, so events are sentences -----------------------------------------------------------

m_emit() {
  case $1 in
    res) printf '%-8s  %s %s: %s\n' "$2" "$3" "$4" "$5" ;;
    proof) printf '%s of %s paths proved identical to before\n' "$2" "$3" ;;
    *) printf '%s\n' "$2" ;;
  esac
}
m_emit_diff() {
  m_masked_copies "$1" "$2" "${3-$1}"
  diff -u "$m_diff_a" "$m_diff_b"
}
m_refuse() {
  printf '%s\n' "$1" >&2
  exit 1
}

m_force=no
[ "${1-}" != --force ] || m_force=yes
m_state_dir=${m_receipt%/runs/*}
m_run_id=${m_receipt##*/}
m_operator=$(id -un)@console
m_action=rollback
m_playbook=$(sed -n 's/^playbook=//p' "$m_receipt/meta")
m_seq=0
m_masks=$m_receipt/mask-files.awk
m_work=$(mktemp -d /tmp/muster.XXXXXX) || m_refuse 'cannot make a private directory below /tmp'
printf '%s\n' "$$" >"$m_work/driver.pid"
trap 'rm -rf "$m_work"' 0
m_sweep_work
m_find_digest
case $(cat "$m_receipt/status") in
  rolled-back | taken-back) m_refuse 'this run is rolled back already' ;;
esac
m_take_lock
m_find_leader "$m_receipt"
if [ -n "$m_leader" ]; then
  m_drop_lock
  m_refuse "run $m_leader went on with this one, so they are undone together: sh $m_state_dir/runs/$m_leader/undo.sh"
fi
m_status=0
m_rollback || m_status=1
m_drop_lock
exit "$m_status"
