/* pgrep, pkill: newest first; -x finds nothing, as on the snapshot that was observed. */
#include <pwd.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "procs.h"

static const char *name;

static void usage(int option) {
  if (option) fprintf(stderr, "%s: unknown option -- %c\n", name, option);
  if (access("/libexec/.linux/is-older", F_OK) != 0)
    fprintf(stderr, "Usage: %s [-%s] [-d delim] [-F pidfile] [-G gid] [-g pgrp] [-P ppid] [-s sid] [-t tty]\n             [-U uid] [-u euid] pattern ...\n",
            name, strcmp(name, "pgrep") == 0 ? "Lfilnqvx" : "signal] [-filnvx");
  else if (strcmp(name, "pgrep") == 0)
    fprintf(stderr, "Usage: pgrep [-filnvx] [-d delim] [-G gid] [-g pgrp] [-P ppid] [-s sid]\n"
                    "             [-t tty] [-U uid] [-u euid] pattern ...\n");
  else fprintf(stderr, "Usage: pkill [-signal] [-filnvx] [-G gid] [-g pgrp] [-P ppid] [-s sid]\n"
                       "             [-t tty] [-U uid] [-u euid] pattern ...\n");
  exit(2);
}

static int signal_number(const char *text) {
  static const struct { const char *name; int number; } known[] = {{"HUP", 1}, {"INT", 2}, {"QUIT", 3}, {"KILL", 9},
    {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"TERM", 15}, {"STOP", SIGSTOP}, {"CONT", SIGCONT}, {"ALRM", 14}, {"PIPE", 13}};
  char *end;
  long number = strtol(text, &end, 10);
  if (*text != '\0' && *end == '\0') return number;
  if (strncmp(text, "SIG", 3) == 0) text += 3;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(known[i].name, text) == 0) return known[i].number;
  return -1;
}

int main(int argc, char **argv) {
  int option, full = 0, list = 0, ignore_case = 0, newest = 0, invert = 0, exact = 0, number = SIGTERM, found = 0;
  long parent = -1, user = -1, group = -1;
  const char *delimiter = "\n";
  regex_t patterns[16];
  size_t count;
  name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
  int killing = strcmp(name, "pkill") == 0;
  if (killing && argc > 1 && argv[1][0] == '-' && signal_number(argv[1] + 1) >= 0) {
    number = signal_number(argv[1] + 1);
    argv++;
    argc--;
  }
  opterr = 0;
  while ((option = getopt(argc, argv, "+d:fG:g:ilnP:s:t:U:u:vx")) != -1) switch (option) {
      case 'd': delimiter = optarg; break;
      case 'f': full = 1; break;
      case 'i': ignore_case = REG_ICASE; break;
      case 'l': list = 1; break;
      case 'n': newest = 1; break;
      case 'v': invert = 1; break;
      case 'x': exact = 1; break;
      case 'P': parent = atol(optarg); break;
      case 'g': group = atol(optarg); break;
      case 'U': case 'u': {
        struct passwd *entry = getpwnam(optarg);
        user = entry ? (long)entry->pw_uid : atol(optarg);
        break;
      }
      case '?': usage(optopt);
    }
  int pattern_count = argc - optind > 16 ? 16 : argc - optind;
  if (pattern_count == 0 && parent < 0 && user < 0 && group < 0) usage(0);
  for (int i = 0; i < pattern_count; i++)
    if (regcomp(&patterns[i], argv[optind + i], REG_EXTENDED | REG_NOSUB | ignore_case) != 0) {
      fprintf(stderr, "%s: Cannot compile regular expression `%s'\n", name, argv[optind + i]);
      return 2;
    }
  struct proc *procs = read_procs(&count);
  for (size_t i = count; i-- > 0;) {
    struct proc *p = &procs[i];
    if (p->pid == getpid()) continue;
    int hit = pattern_count == 0;
    for (int j = 0; j < pattern_count && !exact; j++) hit |= regexec(&patterns[j], full ? p->args : p->comm, 0, NULL, 0) == 0;
    hit &= (parent < 0 || p->ppid == parent) && (user < 0 || p->uid == user) && (group < 0 || p->pgid == group);
    if (hit == invert) continue;
    found++;
    if (killing) kill(p->pid, number);
    else if (!list) printf("%d%s", p->pid, delimiter);
    else if (!full) printf("%d %s%s", p->pid, p->comm, delimiter);
    else printf("%d %.*s%s", p->pid, (int)strlen(p->args) - (p->args[0] != '['), p->args, delimiter);
    if (newest) break;
  }
  return found == 0;
}
