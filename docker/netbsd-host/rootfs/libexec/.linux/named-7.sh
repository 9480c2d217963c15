  if [ ! -e /etc/rndc.key ]; then
    echo "Generating rndc.key"
    /usr/sbin/rndc-confgen -a
  fi
