/* today: programs that release 11 has and 6 lacks: timeout, by its exit codes. (sha256 and its like are cksum's script; realpath is stat's.) */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;
static volatile sig_atomic_t timed_out;
static int number = SIGTERM;
static double kill_after;

static void usage(void) {
  fprintf(stderr, "Usage: timeout [--signal sig | -s sig] [--preserve-status] [--kill-after time | -k time] [--foreground] <duration> <command> <arg ...>\n");
  exit(64);
}

static int signal_of(const char *text) {
  static const struct { const char *name; int number; } known[] = {{"SIGHUP", 1}, {"SIGINT", 2}, {"SIGQUIT", 3}, {"SIGKILL", 9},
    {"SIGUSR1", SIGUSR1}, {"SIGUSR2", SIGUSR2}, {"SIGTERM", 15}, {"SIGSTOP", SIGSTOP}, {"SIGCONT", SIGCONT}, {"SIGALRM", 14}};
  char *end;
  long value = strtol(text, &end, 10);
  if (*text != '\0' && *end == '\0' && value > 0 && value < 65) return value;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcasecmp(known[i].name, text) == 0) return known[i].number;
  fprintf(stderr, "timeout: invalid signal\n");
  exit(64);
}

static double seconds_of(const char *text) {
  char *end;
  double value = strtod(text, &end);
  double unit = *end == 'm' ? 60 : *end == 'h' ? 3600 : *end == 'd' ? 86400 : 1;
  if (end == text || value < 0 || (*end != '\0' && (strchr("smhd", *end) == NULL || end[1] != '\0'))) {
    fprintf(stderr, "timeout: invalid duration\n");
    exit(64);
  }
  return value * unit;
}

static void alarm_in(double seconds) {
  struct itimerval timer = {{0, 0}, {(time_t)seconds, (suseconds_t)((seconds - (time_t)seconds) * 1e6)}};
  setitimer(ITIMER_REAL, &timer, NULL);
}

static void on_alarm(int caught) {
  (void)caught;
  kill(child, timed_out ? SIGKILL : number);
  if (!timed_out && kill_after > 0) alarm_in(kill_after);
  timed_out++;
}

static void on_signal(int caught) { kill(child, caught); }

int main(int argc, char **argv) {
  int at = 1, keep_status = 0, status;
  for (; at < argc && argv[at][0] == '-' && argv[at][1] != '\0'; at++) {
    char *word = argv[at];
    if (strcmp(word, "--") == 0) { at++; break; }
    if (strcmp(word, "--preserve-status") == 0) keep_status = 1;
    else if (strcmp(word, "--foreground") == 0) continue;
    else if (strncmp(word, "--signal=", 9) == 0) number = signal_of(word + 9);
    else if (strncmp(word, "--kill-after=", 13) == 0) kill_after = seconds_of(word + 13);
    else if (word[1] == 's' || word[1] == 'k' || strcmp(word, "--signal") == 0 || strcmp(word, "--kill-after") == 0) {
      int is_signal = word[1] == 's' || word[2] == 's';
      char *value = word[1] != '-' && word[2] != '\0' ? word + 2 : argv[++at];
      if (value == NULL) usage();
      if (is_signal) number = signal_of(value);
      else kill_after = seconds_of(value);
    } else {
      fprintf(stderr, word[1] == '-' ? "timeout: unknown option -- %s\n" : "timeout: unknown option -- %.1s\n", word[1] == '-' ? word + 2 : word + 1);
      usage();
    }
  }
  if (argc - at < 2) usage();
  double seconds = seconds_of(argv[at++]);
  signal(SIGALRM, on_alarm);
  for (int i = 1; i < 16; i++)
    if (i == SIGHUP || i == SIGINT || i == SIGQUIT || i == SIGTERM) signal(i, on_signal);
  child = fork();
  if (child < 0) return 71;
  if (child == 0) {
    for (int i = 1; i < 16; i++)
      if (i == SIGHUP || i == SIGINT || i == SIGQUIT || i == SIGTERM || i == SIGALRM) signal(i, SIG_DFL);
    execvp(argv[at], argv + at);
    fprintf(stderr, "timeout: exec(): %s\n", strerror(errno));
    _exit(69);
  }
  if (seconds > 0) alarm_in(seconds);
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return 71;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) kill(getpid(), SIGKILL);
  if (timed_out && !keep_status) return 124;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
