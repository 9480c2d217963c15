// What the tools of NetBSD's base do not have, and what to write instead. Taken from transcripts of NetBSD 6.99 and from
// the release notes of the others: an option that is missing on any release that muster claims is listed.

/** Tools that base does not have, or has only on late releases. */
export const missingTools: Readonly<Record<string, string>> = {
  base64: 'uuencode -m and uudecode -m, or openssl base64',
  sha256: 'use m_digest FILE, or cksum -n -a SHA256',
  sha256sum: 'use m_digest FILE, or cksum -n -a SHA256',
  sha512sum: 'use cksum -n -a SHA512',
  sha1sum: 'use cksum -n -a SHA1',
  md5sum: 'use md5, or cksum -n -a MD5',
  b2sum: 'use m_digest FILE',
  realpath: 'write (cd DIRECTORY && pwd -P); from 4.0 on there is readlink -f',
  timeout: 'use m_within SECONDS PROGRAM, or give the step a `timeout` in playbook.yaml',
  setsid: 'daemons belong to rc.d: service_running NAME',
  pidof: 'use pid_of_program PATH',
  killall: 'use service_running NAME --state stopped',
  pkill: 'it is not on every release: use service_running NAME --state stopped',
  truncate: "use `file PATH --content ''`, or dd of=FILE bs=1 count=0 seek=SIZE",
  tac: 'use tail -r, or awk',
  xxd: 'use od -An -tx1, or hexdump -C',
  service: 'use service_running NAME, or sh /etc/rc.d/NAME VERB',
  systemctl: 'use service_running and service_enabled',
  rcctl: 'use service_running and service_enabled',
  ss: 'use sockstat, or netstat -an',
  ip: 'use ifconfig and route',
  lsof: 'use fstat',
  fuser: 'use fstat FILE',
  strings: 'only the compiler set has it',
  free: 'use vmstat, or sysctl hw.physmem64',
  lockf: 'mkdir is the lock that every release has',
  adduser: 'use the resource `user`',
  addgroup: 'use the resource `group`',
  sudo: 'steps run as root already: use `become` of the connection',
  doas: 'steps run as root already: use `become` of the connection',
  wget: 'the base system has ftp: ftp -o FILE URL',
  curl: 'the base system has ftp: ftp -o FILE URL',
  rsync: 'use the resources `file` and `copy`',
  python: 'hosts have only the base system: use sh and awk',
  python3: 'hosts have only the base system: use sh and awk',
  perl: 'hosts have only the base system: use sh and awk',
  bash: 'hosts have /bin/sh',
  jq: 'hosts have only the base system: use awk',
  gawk: 'base has awk',
  nc: 'use expect_socket, or ask from the controller with a probe',
  shuf: 'use jot -r',
  usleep: 'sleep takes fractions: sleep 0.2',
  nproc: 'use sysctl -n hw.ncpu',
  arch: 'use $fact_machine',
  'apt-get': 'use the resource `package`',
  yum: 'use the resource `package`',
};

export interface ToolFacts {
  /** Letters of options that take a value, as the tool on NetBSD has them. */
  readonly valued?: string;
  /** Options that are missing, with what to write instead. */
  readonly missing?: Readonly<Record<string, string>>;
  /** Long options that it has all the same. */
  readonly long?: readonly string[];
  /** GNU's lets options follow operands; here that is known to happen by accident. */
  readonly optionsFirst?: true;
}

const noLong = {};
const ordered = { optionsFirst: true } as const;

/** Tools of base, with what they lack. Tools that are not listed are not judged. */
export const tools: Readonly<Record<string, ToolFacts>> = {
  basename: noLong,
  cat: { missing: { A: 'use vis, or cat -vet' } },
  chmod: ordered,
  chown: ordered,
  cksum: { valued: 'as' },
  cmp: noLong,
  cp: {
    ...ordered,
    missing: {
      d: 'use cp -pR, which keeps links',
      n: 'use `copy --once`, or [ -e FILE ] before',
      u: 'use cmp -s before',
      t: 'name the directory last',
      T: 'use `copy`',
    },
  },
  cut: { valued: 'bcfd' },
  date: {
    valued: 'rt',
    missing: {
      d: 'reckon with date +%s',
      I: "use date '+%Y-%m-%d'",
      R: "use date '+%a, %d %b %Y %H:%M:%S %z'",
      f: 'reckon with date +%s',
    },
  },
  dd: noLong,
  df: { missing: { T: 'use mount, which shows the types' } },
  du: { valued: 'd', missing: { b: 'use ls -l for the size of a file' } },
  env: { missing: { u: 'use (unset NAME; COMMAND)', S: 'write the words', v: 'use set -x' } },
  find: noLong,
  getent: noLong,
  grep: { valued: 'efmABC', missing: { P: 'use grep -E, or awk' } },
  egrep: { valued: 'efmABC', missing: { P: 'use awk' } },
  head: { valued: 'nc' },
  hostname: {
    missing: { f: 'use $fact_hostname', i: 'ask ifconfig', I: 'ask ifconfig', d: 'use ${fact_hostname#*.}' },
  },
  id: noLong,
  install: {
    valued: 'mogBfhlNSTaM',
    missing: {
      C: 'use `copy`, which writes only what differs',
      D: 'on NetBSD -D takes a directory; use `directory` and `copy`',
      t: 'name the directory last',
      v: 'leave it out',
    },
  },
  kill: noLong,
  ln: {
    ...ordered,
    missing: {
      r: 'write the target as the link must contain it',
      T: 'use `symlink`',
      t: 'name the directory last',
    },
  },
  ls: { ...ordered, missing: { Z: 'NetBSD has no such labels' } },
  mkdir: { ...ordered, valued: 'm', missing: { v: 'leave it out' } },
  mktemp: { valued: 'tp' },
  mv: {
    ...ordered,
    missing: {
      n: 'look first: [ -e FILE ]',
      T: 'use `symlink` or `copy`, which replace in one step',
      t: 'name the directory last',
      u: 'use cmp -s before',
      b: 'use cp -p before',
    },
  },
  od: { valued: 'AjNt' },
  pgrep: { valued: 'fgPstuUG', missing: { x: 'it finds nothing on some releases; use pid_of_program PATH' } },
  ps: {
    valued: 'oOptukMNW',
    missing: {
      e: 'on NetBSD -e shows environments; ps -ax lists all processes',
      f: 'there is no -f; use ps -axww -o pid -o user -o command',
    },
  },
  readlink: {
    missing: {
      e: 'use readlink -f and [ -e ]',
      m: 'build the path yourself',
    },
  },
  rm: ordered,
  rmdir: ordered,
  sed: {
    valued: 'ef',
    missing: {
      i: 'use `line` or `block`, or write to "$m_work/name" and use `copy`',
      s: 'run it once for each file',
      u: 'leave it out',
      z: 'use awk or tr',
    },
  },
  sleep: noLong,
  sort: {
    ...ordered,
    valued: 'kotTR',
    missing: {
      V: 'use sort -t . -k 1,1n -k 2,2n -k 3,3n',
      h: 'print plain numbers (du -k), and use sort -n',
      z: 'write one entry on each line',
    },
  },
  stat: { valued: 'ft', missing: { c: 'use stat -f FORMAT with its own letters, or ls -ldn' } },
  su: { valued: 'c', missing: { s: 'use su -m USER -c COMMAND' } },
  tail: { valued: 'nbc' },
  tar: { long: ['exclude'] },
  tee: noLong,
  touch: { ...ordered, valued: 'trd', missing: { d: 'use touch -t [[CC]YY]MMDDhhmm[.SS]' } },
  tr: noLong,
  uname: { missing: { o: 'use $fact_os', i: 'use uname -m' } },
  uniq: { valued: 'fs' },
  useradd: { valued: 'bcdegGkKLmprsuv', missing: {} },
  userdel: noLong,
  usermod: { valued: 'cdegGlLpsuf' },
  groupadd: { valued: 'gr' },
  wc: noLong,
  xargs: {
    valued: 'EIJLnPRSs',
    missing: {
      d: 'use tr to make lines, or xargs -0',
      r: 'remove it: for empty input nothing is run',
      a: 'use <FILE',
    },
  },
};
