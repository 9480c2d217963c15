#!/bin/sh
# bootconf: if /etc/etc.current is a link to one of several configurations, that of /etc/etc.default is taken (nobody is asked here).
# PROVIDE: bootconf
# REQUIRE: mountcritlocal
# KEYWORD: interactive

$_rc_subr_loaded . /etc/rc.subr

name="bootconf"
start_cmd="bootconf_start"
stop_cmd=":"

bootconf_start() {
  [ -h /etc/etc.current ] && [ -h /etc/etc.default ] || return 0
  chosen=$(readlink /etc/etc.default)
  [ -d "/etc/$chosen" ] || return 0
  rm -f /etc/etc.current
  ln -s "$chosen" /etc/etc.current
}

load_rc_config $name
run_rc_command "$1"
