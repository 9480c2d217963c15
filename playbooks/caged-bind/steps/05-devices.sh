# Device nodes. The article has none; without dev/random BIND 9.9 spins at 90 % of a processor, and dev/null is
# opened by what it runs.
state() {
  directory "$cage/dev"
  for device in null random urandom; do
    caged_device "$device"
  done
}

verify() {
  for device in null random urandom; do
    expect_device "$cage/dev/$device" "/dev/$device"
  done
}
