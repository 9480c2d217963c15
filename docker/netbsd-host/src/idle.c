/* idle: cron and inetd as far as the process table is concerned: a daemon with a pid file that does nothing. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char pid_file[128];

static void end(int number) {
  (void)number;
  unlink(pid_file);
  _exit(0);
}

int main(int argc, char **argv) {
  const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
  struct timespec moment = {0, 200 * 1000 * 1000};
  (void)argc;
  snprintf(pid_file, sizeof pid_file, "/var/run/%s.pid", name);
  if (fork() != 0) _exit(0);
  setsid();
  if (chdir("/") != 0 || freopen("/dev/null", "r+", stdin) == NULL || freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "w", stderr) == NULL)
    return 1;
  signal(SIGTERM, end);
  signal(SIGHUP, SIG_IGN);
  nanosleep(&moment, NULL);
  umask(022);
  FILE *file = fopen(pid_file, "w");
  if (file != NULL) fprintf(file, "%d\n", (int)getpid()), fclose(file);
  for (;;) pause();
}
