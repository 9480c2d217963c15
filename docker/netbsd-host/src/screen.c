/* screen: stands at a command's place, lets NetBSD's options through to the hidden GNU program and refuses the
 * rest in NetBSD's words. Options end at the first operand, as they do there. */
#include "screen.h"
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define HIDDEN "/libexec/.linux/bin/"

static const struct rule *rule;
static char **out;
static int out_count;
static pid_t child;

static void refuse_letter(char letter) {
  fprintf(stderr, "%s: unknown option -- %c\n%s", rule->name, letter, rule->usage);
  exit(1);
}

static const struct rule *find_rule(const char *name) {
  for (const struct rule *r = rules; r->name != NULL; r++)
    if (strcmp(r->name, name) == 0 && !(r->flags & TODAY && access("/libexec/.linux/is-older", F_OK) == 0)) return r;
  return NULL;
}

static void check_value(char letter, const char *value) {
  if (strcmp(rule->name, "head") != 0) return;
  for (const char *at = value; *at != '\0'; at++)
    if (!isdigit((unsigned char)*at)) {
      fprintf(stderr, "head: illegal %s count -- %s\n", letter == 'c' ? "byte" : "line", value);
      exit(1);
    }
}

static void pass_on(char letter, const char *value) {
  char *word = malloc(3 + (value ? strlen(value) : 0));
  if (strcmp(rule->name, "ln") == 0 && letter == 'h') letter = 'n';
  if (strcmp(rule->name, "base64") == 0 && letter == 'D') letter = 'd';
  if (strcmp(rule->name, "sed") == 0 && letter == 'l') letter = 'u';
  if (strcmp(rule->name, "sed") == 0 && letter == 'I') letter = 'i';
  if (strcmp(rule->name, "tail") == 0 && letter == 'b') {
    letter = 'c';
    word = realloc(word, strlen(value) + 8);
    sprintf(word, "-c%sb", value);
  } else sprintf(word, "-%c%s", letter, value ? value : "");
  out[out_count++] = word;
}

static void long_option(const char *word) {
  if (rule->flags & LONG_OK && strncmp(word, "--reference=", 12) == 0) {
    out[out_count++] = (char *)word;
    return;
  }
  if (rule->flags & LONG_OK) {
    fprintf(stderr, "%s: unknown option -- %s\n%s", rule->name, word + 2, rule->usage);
    exit(1);
  }
  refuse_letter('-');
}

/* Copies the options that are known; returns where the operands begin. */
static int screen_options(int argc, char **argv) {
  int at = 1;
  for (; at < argc && argv[at][0] == '-' && argv[at][1] != '\0'; at++) {
    const char *word = argv[at];
    if (strcmp(word, "--") == 0) return at + 1;
    if (word[1] == '-') {
      long_option(word);
      continue;
    }
    if (rule->flags & NUMBERS && isdigit((unsigned char)word[1]) && strchr(rule->options, word[1]) == NULL) {
      out[out_count++] = (char *)word;
      continue;
    }
    /* "chmod -x file": a mode, not options */
    if (strcmp(rule->name, "chmod") == 0 && strchr("rwxXst", word[1]) != NULL) return at;
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
      const char *known = *letter == ':' || *letter == ';' ? NULL : strchr(rule->options, *letter), *dropped = strchr(rule->dropped, *letter);
      const char *value = NULL;
      if (known == NULL) refuse_letter(*letter);
      if (known[1] == ';') value = letter + 1;
      if (known[1] == ':') {
        value = letter[1] != '\0' ? letter + 1 : argv[++at];
        if (value == NULL) {
          fprintf(stderr, "%s: option requires an argument -- %c\n%s", rule->name, *letter, rule->usage);
          exit(1);
        }
        check_value(*letter, value);
      }
      if (dropped == NULL) pass_on(*letter, value);
      if (value != NULL) break;
    }
  }
  return at;
}

/* GNU sed knows \\t and its like even in its POSIX mode; on NetBSD they are the bare letter. */
static char *plain_script(char *script) {
  char *text = strdup(script), *to = text;
  for (char *from = script; *from != '\0'; from++) {
    if (from[0] == '\\' && from[1] != '\0') {
      if (strchr("tswSWrfva", from[1]) == NULL) *to++ = *from;
      from++;
    }
    *to++ = *from;
  }
  *to = '\0';
  return text;
}

static void soften_sed(int argc, char **argv, int operands) {
  int has_script = 0;
  for (int i = 1; i < out_count; i++)
    if (out[i][0] == '-' && (out[i][1] == 'e' || out[i][1] == 'f')) {
      has_script = 1;
      if (out[i][1] == 'e') out[i] = plain_script(out[i]);
    }
  if (!has_script && operands < argc) argv[operands] = plain_script(argv[operands]);
}

/* "rm: cannot remove 'x': No such file" -> "rm: x: No such file" */
static void rewrite(char *line) {
  size_t name = strlen(rule->name);
  char *open = strchr(line, '\''), *close = open ? strchr(open + 1, '\'') : NULL, *reason = NULL;
  for (char *at = close; at != NULL && (at = strstr(at, ": ")) != NULL; at++) reason = at + 2;
  if (strncmp(line, rule->name, name) != 0 || close == NULL || strstr(line, "warning: '.' should be") != NULL) {
    if (strstr(line, "warning: '.' should be") == NULL && strncmp(line, "Try '", 5) != 0) fprintf(stderr, "%s\n", line);
    return;
  }
  *close = '\0';
  const char *what = open + 1;
  if (strstr(line, "invalid user") != NULL) fprintf(stderr, "%s: %s: invalid user name\n", rule->name, what);
  else if (strstr(line, "invalid group") != NULL) fprintf(stderr, "%s: %s: invalid group name\n", rule->name, what);
  else if (strstr(line, "omitting directory") != NULL) fprintf(stderr, "%s: %s is a directory (not copied)\n", rule->name, what);
  else if (reason == NULL) fprintf(stderr, "%s: %s\n", rule->name, what);
  else if (strcmp(rule->name, "rm") == 0 && strcmp(reason, "Is a directory") == 0) fprintf(stderr, "rm: %s: is a directory\n", what);
  else if (strcmp(rule->name, "mv") == 0 && strstr(close + 1, "to '") != NULL) {
    char *to = strstr(close + 1, "to '") + 4;
    to[strcspn(to, "'")] = '\0';
    fprintf(stderr, "mv: rename %s to %s: %s\n", what, to, reason);
  } else fprintf(stderr, "%s: %s: %s\n", rule->name, what, reason);
}

static void forward(int number) {
  if (child > 0) kill(child, number);
}

static int run_and_rewrite(const char *path) {
  int ends[2], status;
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  if (pipe(ends) != 0) return 1;
  child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ends[1], 2);
    close(ends[0]);
    close(ends[1]);
    execv(path, out);
    _exit(127);
  }
  for (int i = 1; i < 16; i++)
    if (i == SIGHUP || i == SIGINT || i == SIGTERM) signal(i, forward);
  close(ends[1]);
  FILE *messages = fdopen(ends[0], "r");
  while ((length = getline(&line, &room, messages)) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = '\0';
    rewrite(line);
  }
  while (waitpid(child, &status, 0) < 0) continue;
  if (WIFSIGNALED(status)) {
    signal(WTERMSIG(status), SIG_DFL);
    kill(getpid(), WTERMSIG(status));
  }
  return WEXITSTATUS(status);
}

static void check_grep(int argc, char **argv) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    const char *word = argv[i];
    if (strcmp(word, "--perl-regexp") == 0 || (word[0] == '-' && word[1] != '-' && strchr(word, 'P') != NULL && strcspn(word, "efmABC") > strcspn(word, "P"))) {
      fprintf(stderr, "grep: The -P option is not supported\n");
      exit(2);
    }
    if (word[0] == '-' && word[1] != '-' && word[1] != '\0' && strchr("efmABC", word[strlen(word) - 1]) != NULL) i++;
  }
}

int main(int argc, char **argv) {
  const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
  static char path[256];
  int operands = 1;
  rule = find_rule(name);
  if (rule == NULL) {
    fprintf(stderr, "screen: no rule for %s\n", name);
    return 1;
  }
  if (done_quickly(name, argc, argv)) return 0;
  out = calloc(argc * 16 + 64, sizeof *out);
  const char *real = rule->real ? rule->real : rule->name;
  out[out_count++] = (char *)real;
  if (rule->extra != NULL) out[out_count++] = (char *)rule->extra;
  if (strcmp(real, "grep") == 0) check_grep(argc, argv);
  if (!(rule->flags & ANYTHING)) {
    size_t room = 64;
    for (int i = 1; i < argc; i++) room += strlen(argv[i]) + 1;
    out = realloc(out, room * sizeof *out);
    operands = screen_options(argc, argv);
    if (strcmp(real, "sed") == 0) soften_sed(argc, argv, operands);
    if (operands < argc) out[out_count++] = "--";
  }
  for (int i = operands; i < argc; i++) out[out_count++] = argv[i];
  out[out_count] = NULL;
  snprintf(path, sizeof path, HIDDEN "%s", real);
  if (rule->flags & REWRITE) return run_and_rewrite(path);
  execv(path, out);
  fprintf(stderr, "%s: Cannot allocate memory\n", rule->name);
  return 126;
}
