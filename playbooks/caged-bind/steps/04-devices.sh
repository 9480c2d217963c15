# Device nodes that named opens after it was caged. The article has none; without dev/random BIND 9.9 spins at 90 % of a
# processor, and dev/null is opened by what it runs. An rc script that cages named makes the same ones at each start,
# and maybe crypto, but wants the directory to be there.
state() {
  choices
  set -- "$cage/dev"
  for device in $devices; do
    set -- "$@" "$cage/dev/$device"
  done
  m_look_ahead "$@"
  directory "$cage/dev" --owner root --group wheel --mode 0755 --transient crypto
  list_devices
  caged_devices
}

verify() {
  choices
  know_devices
  for device in $devices; do
    find_device_numbers "$cage/dev/$device" "/dev/$device"
    expect_equal "device $cage/dev/$device" "$numbers_of_two" "$numbers_of_one"
  done
  if [ "$style" = chroot8 ]; then
    # Here and not before: a BIND of today opens dev/null before its options. The links of the libraries are resolved inside
    # the cage, where the article's tar left them dangling.
    expect 'the program starts inside the cage' starts_in_cage
  fi
}
