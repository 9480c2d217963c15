/* init: process 1. Runs the boot script, adopts and buries every orphan, and ends fast.
 * SIGTERM halts the host; SIGINT "reboots" it: every process dies and the boot script runs again. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t halt_asked, reboot_asked;

static void on_signal(int number) {
  if (number == SIGINT) reboot_asked = 1;
  else halt_asked = 1;
}

static pid_t boot(void) {
  pid_t child = fork();
  if (child == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    execl("/bin/sh", "sh", "/libexec/.linux/boot", (char *)NULL);
    _exit(127);
  }
  return child;
}

static void kill_everything(void) {
  struct timespec pause = {0, 20 * 1000 * 1000};
  kill(-1, SIGTERM);
  for (int round = 0; round < 15; round++) {
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD) return;
    nanosleep(&pause, NULL);
  }
  kill(-1, SIGKILL);
  while (waitpid(-1, NULL, 0) > 0) continue;
}

int main(int argc, char **argv) {
  struct sigaction action = {.sa_handler = on_signal};
  (void)argc;
  /* one short word, as ps shows it: "init" */
  for (char *end = argv[0] + strlen(argv[0]), *from = strrchr(argv[0], '/'); from != NULL; from = NULL) {
    size_t length = end - from - 1;
    memmove(argv[0], from + 1, length);
    memset(argv[0] + length, 0, end - argv[0] - length);
  }
  /* As on NetBSD, a program that crashes leaves its core; where the hard limit forbids that, as much as it allows. */
  struct rlimit core = {RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_CORE, &core) != 0 && getrlimit(RLIMIT_CORE, &core) == 0) {
    core.rlim_cur = core.rlim_max;
    setrlimit(RLIMIT_CORE, &core);
  }
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  chdir("/");
  boot();
  for (;;) {
    pid_t dead = waitpid(-1, NULL, 0);
    if (halt_asked) {
      kill_everything();
      return 0;
    }
    if (reboot_asked) {
      reboot_asked = 0;
      kill_everything();
      boot();
    } else if (dead < 0 && errno == ECHILD) {
      pause();
    }
  }
}
