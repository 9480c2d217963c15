/* with-proc COMMAND [ARGUMENT ...]: runs a hidden program with the kernel's /proc in its place, for that program alone. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2) return 64;
  if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
    mount("/libexec/.linux/proc", "/proc", NULL, MS_BIND | MS_REC, NULL);
  execv(argv[1], argv + 1);
  perror(argv[1]);
  return 126;
}
