/* procs: the process table, read from /proc, for ps, pgrep, fstat and sockstat. */
#ifndef PROCS_H
#define PROCS_H
#include <stddef.h>
#include <sys/types.h>

struct proc {
  pid_t pid, ppid, pgid, sid, tty_group;
  uid_t uid, ruid;
  gid_t gid;
  char state, comm[17], user[33], ruser[33], tty[16];
  char *args;    /* the command line, each word followed by one blank; "[comm]" when there is none */
  char *argv0;   /* its first word, with the blank */
  int threads, nice, tty_number;
  long ticks, start_seconds, vsz_kb, rss_kb; /* ticks of CPU; seconds since 1970 */
  double cpu, memory;                        /* per cent */
};

/* All processes, by pid; *count is set. The caller owns nothing: it lives until the program ends. */
struct proc *read_procs(size_t *count);
/* Up to size bytes of a file, NUL-terminated; -1 if it cannot be read. */
ssize_t slurp(const char *path, char *buffer, size_t size);
const char *user_name(uid_t uid);
#endif
