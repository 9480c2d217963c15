/* small: env, printenv, echo, time and wc, each a few lines with NetBSD's options and columns. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sys/types.h>
extern char **environ;

static int env_main(int argc, char **argv) {
  int at = 1, clear = 0;
  for (; at < argc && argv[at][0] == '-'; at++) {
    if (strcmp(argv[at], "--") == 0) { at++; break; }
    if (strcmp(argv[at], "-i") == 0 || strcmp(argv[at], "-") == 0) { clear = 1; continue; }
    if (access("/libexec/.linux/is-older", F_OK) != 0) {
      if (argv[at][1] == 'u' || argv[at][1] == 'C') {
        char what = argv[at][1], *value = argv[at][2] != '\0' ? argv[at] + 2 : argv[++at];
        if (value == NULL) { fprintf(stderr, "env: option requires an argument -- %c\n", what); return 1; }
        if (what == 'u') unsetenv(value);
        else if (chdir(value) != 0) { fprintf(stderr, "env: cannot change directory to '%s': %s\n", value, strerror(errno)); return 125; }
        continue;
      }
      fprintf(stderr, "env: unknown option -- %c\n\nUsage: env [-0i] [-C dir] [-u name] [--] \\\n           [name=value ...] [--] \\\n           [utility [arg ...] ]\n",
              argv[at][1] == '-' ? argv[at][2] : argv[at][1]);
      return 1;
    }
    fprintf(stderr, "env: unknown option -- %c\nUsage: env [-i] [name=value ...] [command]\n", argv[at][1] == '-' ? argv[at][2] : argv[at][1]);
    return 1;
  }
  if (clear) clearenv();
  for (; at < argc && strchr(argv[at], '=') != NULL; at++) putenv(argv[at]);
  if (at < argc) {
    execvp(argv[at], &argv[at]);
    fprintf(stderr, "env: %s: %s\n", argv[at], strerror(errno));
    return errno == ENOENT ? 127 : 126;
  }
  for (char **e = environ; e != NULL && *e != NULL; e++) puts(*e);
  return 0;
}

static int printenv_main(int argc, char **argv) {
  if (argc > 1) {
    const char *value = getenv(argv[1]);
    if (value != NULL) puts(value);
    return value == NULL;
  }
  for (char **e = environ; e != NULL && *e != NULL; e++) puts(*e);
  return 0;
}

static int echo_main(int argc, char **argv) {
  int newline = !(argc > 1 && strcmp(argv[1], "-n") == 0);
  for (int i = newline ? 1 : 2; i < argc; i++) printf("%s%s", argv[i], i + 1 < argc ? " " : "");
  if (newline) putchar('\n');
  return fflush(stdout) != 0;
}

static int time_main(int argc, char **argv) {
  int posix = argc > 1 && strcmp(argv[1], "-p") == 0, at = posix ? 2 : 1, status = 0;
  struct timeval before, after;
  struct rusage usage;
  if (at >= argc) { fprintf(stderr, "usage: time [-clp] utility [argument ...]\n"); return 1; }
  gettimeofday(&before, NULL);
  pid_t child = fork();
  if (child == 0) {
    execvp(argv[at], &argv[at]);
    fprintf(stderr, "time: %s: %s\n", argv[at], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
  }
  signal(SIGINT, SIG_IGN);
  wait4(child, &status, 0, &usage);
  gettimeofday(&after, NULL);
  double real = (after.tv_sec - before.tv_sec) + (after.tv_usec - before.tv_usec) / 1e6, user = usage.ru_utime.tv_sec + usage.ru_utime.tv_usec / 1e6,
         sys = usage.ru_stime.tv_sec + usage.ru_stime.tv_usec / 1e6;
  if (posix) fprintf(stderr, "real %12.2f\nuser %12.2f\nsys  %12.2f\n", real, user, sys);
  else fprintf(stderr, "%12.2f real %12.2f user %12.2f sys\n", real, user, sys);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int wc_main(int argc, char **argv) {
  int lines = 0, words = 0, bytes = 0, option, status = 0;
  unsigned long long total[3] = {0};
  while ((option = getopt(argc, argv, "+clmw")) != -1) switch (option) {
      case 'c': case 'm': bytes = 1; break;
      case 'l': lines = 1; break;
      case 'w': words = 1; break;
      default: fprintf(stderr, "wc: unknown option -- %c\nusage: wc [-c | -m] [-Llw] [file ...]\n", optopt); return 1;
    }
  if (!lines && !words && !bytes) lines = words = bytes = 1;
  int files = argc - optind;
  for (int i = 0; i < (files ? files : 1); i++) {
    const char *name = files ? argv[optind + i] : NULL;
    static unsigned char buffer[65536];
    unsigned long long count[3] = {0};
    int in_word = 0, fd = name ? open(name, O_RDONLY) : 0;
    ssize_t got = 0;
    while (fd >= 0 && (got = read(fd, buffer, sizeof buffer)) > 0) {
      count[2] += got;
      for (ssize_t j = 0; j < got; j++) {
        count[0] += buffer[j] == '\n';
        if (isspace(buffer[j])) in_word = 0;
        else if (!in_word) in_word = 1, count[1]++;
      }
    }
    if (fd < 0 || got < 0) { fprintf(stderr, "wc: %s: %s\n", name, strerror(errno)); status = 1; continue; }
    if (name) close(fd);
    if (lines) printf(" %7llu", count[0]);
    if (words) printf(" %7llu", count[1]);
    if (bytes) printf(" %7llu", count[2]);
    printf(name ? " %s\n" : "\n", name);
    for (int j = 0; j < 3; j++) total[j] += count[j];
  }
  if (files > 1) {
    if (lines) printf(" %7llu", total[0]);
    if (words) printf(" %7llu", total[1]);
    if (bytes) printf(" %7llu", total[2]);
    printf(" total\n");
  }
  return status;
}

int main(int argc, char **argv) {
  const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
  opterr = 0;
  if (strcmp(name, "env") == 0) return env_main(argc, argv);
  if (strcmp(name, "printenv") == 0) return printenv_main(argc, argv);
  if (strcmp(name, "time") == 0) return time_main(argc, argv);
  if (strcmp(name, "wc") == 0) return wc_main(argc, argv);
  return echo_main(argc, argv);
}
