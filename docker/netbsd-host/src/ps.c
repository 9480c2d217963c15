/* ps: NetBSD's options, columns and habits: lines cut at 79 without -ww, a blank after each command,
 * "-o a=,b=" making one header of the rest, -e not meaning "everybody". */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "procs.h"

enum align { LEFT, RIGHT };
struct column {
  const char *keyword, *header;
  enum align align;
  void (*format)(const struct proc *, char *, size_t);
  int is_command;
};
struct shown {
  const struct column *column;
  const char *header;
  int width;
};

#define TEXT(name, form, value) \
  static void name(const struct proc *p, char *out, size_t size) { snprintf(out, size, form, value); }
TEXT(f_user, "%s", p->user)
TEXT(f_ruser, "%s", p->ruser)
TEXT(f_uid, "%u", p->uid)
TEXT(f_ruid, "%u", p->ruid)
TEXT(f_gid, "%u", p->gid)
TEXT(f_pid, "%d", p->pid)
TEXT(f_ppid, "%d", p->ppid)
TEXT(f_pgid, "%d", p->pgid)
TEXT(f_sid, "%d", p->sid)
TEXT(f_cpu, "%.1f", p->cpu)
TEXT(f_memory, "%.1f", p->memory)
TEXT(f_vsz, "%ld", p->vsz_kb)
TEXT(f_rss, "%ld", p->rss_kb)
TEXT(f_nice, "%d", p->nice)
TEXT(f_tty, "%s", p->tty)
TEXT(f_ucomm, "%s", p->comm)
TEXT(f_comm, "%s", p->argv0)
TEXT(f_command, "%s", p->args)
TEXT(f_wchan, "%s", p->state == 'S' ? "select" : "-")
TEXT(f_pri, "%d", 85 - p->nice)
TEXT(f_lim, "%d", p->threads)

static void f_state(const struct proc *p, char *out, size_t size) {
  snprintf(out, size, "%c%s%s%s%s%s", p->state == 't' ? 'T' : p->state, p->nice < 0 ? "<" : "", p->nice > 0 ? "N" : "",
           p->sid == p->pid ? "s" : "", p->threads > 1 ? "l" : "",
           p->tty_number != 0 && p->tty_group == p->pgid ? "+" : "");
}

static void f_time(const struct proc *p, char *out, size_t size) {
  long hundredths = p->ticks * 100 / sysconf(_SC_CLK_TCK);
  snprintf(out, size, "%ld:%02ld.%02ld", hundredths / 6000, hundredths / 100 % 60, hundredths % 100);
}

static void f_started(const struct proc *p, char *out, size_t size) {
  time_t start = p->start_seconds, age = time(NULL) - start;
  strftime(out, size, age < 86400 ? "%l:%M%p" : age < 7 * 86400 ? "%a%I%p" : "%e%b%y", localtime(&start));
}

static void f_lstart(const struct proc *p, char *out, size_t size) {
  time_t start = p->start_seconds;
  strftime(out, size, "%a %b %e %H:%M:%S %Y", localtime(&start));
}

static void f_etime(const struct proc *p, char *out, size_t size) {
  long age = time(NULL) - p->start_seconds, days = age / 86400, hours = age / 3600 % 24;
  if (days > 0) snprintf(out, size, "%ld-%02ld:%02ld:%02ld", days, hours, age / 60 % 60, age % 60);
  else if (hours > 0) snprintf(out, size, "%02ld:%02ld:%02ld", hours, age / 60 % 60, age % 60);
  else snprintf(out, size, "%ld:%02ld", age / 60, age % 60);
}

static const struct column columns[] = {
    {"user", "USER", LEFT, f_user, 0},       {"ruser", "RUSER", LEFT, f_ruser, 0},   {"uid", "UID", RIGHT, f_uid, 0},
    {"ruid", "RUID", RIGHT, f_ruid, 0},      {"gid", "GID", RIGHT, f_gid, 0},        {"pid", "PID", RIGHT, f_pid, 0},
    {"ppid", "PPID", RIGHT, f_ppid, 0},      {"pgid", "PGID", RIGHT, f_pgid, 0},     {"sid", "SID", RIGHT, f_sid, 0},
    {"sess", "SESS", RIGHT, f_sid, 0},       {"%cpu", "%CPU", RIGHT, f_cpu, 0},      {"pcpu", "%CPU", RIGHT, f_cpu, 0},
    {"%mem", "%MEM", RIGHT, f_memory, 0},    {"pmem", "%MEM", RIGHT, f_memory, 0},   {"vsz", "VSZ", RIGHT, f_vsz, 0},
    {"vsize", "VSZ", RIGHT, f_vsz, 0},       {"rss", "RSS", RIGHT, f_rss, 0},        {"rssize", "RSS", RIGHT, f_rss, 0},
    {"nice", "NI", RIGHT, f_nice, 0},        {"ni", "NI", RIGHT, f_nice, 0},         {"pri", "PRI", RIGHT, f_pri, 0},
    {"tty", "TTY", LEFT, f_tty, 0},          {"tt", "TTY", LEFT, f_tty, 0},          {"tname", "TTY", LEFT, f_tty, 0},
    {"state", "STAT", LEFT, f_state, 0},     {"stat", "STAT", LEFT, f_state, 0},     {"time", "TIME", RIGHT, f_time, 0},
    {"cputime", "TIME", RIGHT, f_time, 0},   {"start", "STARTED", RIGHT, f_started, 0},
    {"lstart", "STARTED", LEFT, f_lstart, 0}, {"etime", "ELAPSED", RIGHT, f_etime, 0}, {"wchan", "WCHAN", LEFT, f_wchan, 0},
    {"nlwp", "NLWP", RIGHT, f_lim, 0},       {"ucomm", "UCOMM", LEFT, f_ucomm, 0},   {"comm", "COMMAND", LEFT, f_comm, 1},
    {"command", "COMMAND", LEFT, f_command, 1}, {"args", "COMMAND", LEFT, f_command, 1},
};

static struct shown shown[64];
static int shown_count, bad_keyword, by_cpu;

static void usage(int option) {
  if (option) fprintf(stderr, "ps: unknown option -- %c\n", option);
  fprintf(stderr, "usage:\tps [-AaCcehjlmrSsTuvwx] [-k key] [-M core] [-N system] [-O fmt]\n"
                  "\t   [-o fmt] [-p pid] [-t tty] [-U user] [-W swap]\n\tps -L\n");
  exit(1);
}

/* "-o a,b=HEADER,AND ALL THE REST": a header runs to the end of the argument, commas included */
static void add_columns(const char *list) {
  char *copy = strdup(list), *at = copy;
  while (at != NULL && *at != '\0' && shown_count < 64) {
    char *end = at + strcspn(at, ", ="), mark = *end;
    const struct column *found = NULL;
    *end = '\0';
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
      if (strcmp(columns[i].keyword, at) == 0) found = &columns[i];
    if (found == NULL && *at != '\0') {
      fprintf(stderr, "ps: %s: keyword not found\n", at);
      bad_keyword = 1;
    }
    const char *header = mark == '=' ? end + 1 : found ? found->header : "";
    if (found != NULL) shown[shown_count++] = (struct shown){found, header, 0};
    at = mark == ',' || mark == ' ' ? end + 1 : NULL;
  }
}

static int in_order(const void *a, const void *b) {
  const struct proc *p = a, *q = b;
  if (by_cpu && p->cpu != q->cpu) return p->cpu < q->cpu ? 1 : -1;
  if (p->tty_number != q->tty_number) return p->tty_number < q->tty_number ? -1 : 1;
  return p->pid - q->pid;
}

static int line_width(int wide) {
  struct winsize window;
  if (wide > 1) return 1 << 20;
  if (wide == 1) return 131;
  if ((ioctl(1, TIOCGWINSZ, &window) == 0 || ioctl(2, TIOCGWINSZ, &window) == 0 || ioctl(0, TIOCGWINSZ, &window) == 0) &&
      window.ws_col > 0)
    return window.ws_col - 1;
  return 79;
}

static void put_line(char *line, int width) {
  if ((int)strlen(line) > width) line[width] = '\0';
  puts(line);
}

static void print_table(const struct proc *list, size_t count, int width) {
  static char line[1 << 17], cell[1 << 16];
  int has_header = 0;
  for (int c = 0; c < shown_count; c++) {
    struct shown *s = &shown[c];
    int base = strlen(s->column->header), own = strlen(s->header);
    has_header |= own > 0;
    s->width = own > base ? own : base;
    for (size_t i = 0; i < count && !s->column->is_command; i++) {
      s->column->format(&list[i], cell, sizeof cell);
      if ((int)strlen(cell) > s->width) s->width = strlen(cell);
    }
    /* the real one forgets how long a start time is when that is all it prints */
    if (s->column->format == f_lstart && own == 0 && shown_count == 1) s->width = base;
  }
  for (size_t row = has_header ? 0 : 1; row <= count; row++) {
    line[0] = '\0';
    for (int c = 0; c < shown_count; c++) {
      struct shown *s = &shown[c];
      int last = c == shown_count - 1;
      char *at = line + strlen(line);
      size_t room = sizeof line - (at - line);
      if (row == 0) snprintf(cell, sizeof cell, "%s", s->header);
      else s->column->format(&list[row - 1], cell, sizeof cell);
      if (!last || s->column->format == f_lstart) cell[s->width] = '\0';
      if (s->column->align == RIGHT) snprintf(at, room, "%*s%s", s->width, cell, last ? "" : " ");
      else if (last) snprintf(at, room, "%s", cell);
      else snprintf(at, room, "%-*s ", s->width, cell);
    }
    put_line(line, width);
  }
}

int main(int argc, char **argv) {
  int option, all = 0, no_tty = 0, wide = 0, own_format = 0;
  const char *format = "pid,tty,state,time,command", *tty = NULL;
  pid_t wanted[256];
  int wanted_count = 0;
  uid_t user = getuid();
  int by_user = 0;
  size_t count, kept = 0;
  char *first;
  if (argc > 1 && argv[1][0] != '-' && argv[1][0] != '\0') { /* "ps aux" is "ps -aux" */
    first = malloc(strlen(argv[1]) + 2);
    sprintf(first, "-%s", argv[1]);
    argv[1] = first;
  }
  opterr = 0;
  while ((option = getopt(argc, argv, "+AaCcehjk:LlM:mN:O:o:p:rSsTt:U:uvW:wx")) != -1) switch (option) {
      case 'A': all = no_tty = 1; break;
      case 'a': all = 1; break;
      case 'x': no_tty = 1; break;
      case 'w': wide++; break;
      case 'r': by_cpu = 1; break;
      case 'u': format = "user,pid,%cpu,%mem,vsz,rss,tty,state,start,time,command"; by_cpu = 1; break;
      case 'j': format = "user,pid,ppid,pgid,sess,state,tty,time,command"; break;
      case 'l': format = "uid,pid,ppid,pri,nice,vsz,rss,wchan,state,tty,time,command"; break;
      case 'v': format = "pid,state,time,vsz,rss,%cpu,%mem,command"; break;
      case 'o': add_columns(optarg); own_format = 1; break;
      case 'O': add_columns("pid"); add_columns(optarg); add_columns("tty,state,time,command"); own_format = 1; break;
      case 'p':
        for (char *word = strtok(optarg, ", "); word != NULL && wanted_count < 256; word = strtok(NULL, ", "))
          wanted[wanted_count++] = atoi(word);
        no_tty = all = 1;
        break;
      case 't': tty = optarg; all = 1; break;
      case 'U': {
        struct passwd *entry = getpwnam(optarg);
        char *end;
        user = entry ? entry->pw_uid : strtoul(optarg, &end, 10);
        if (entry == NULL && (*end != '\0' || *optarg == '\0')) {
          fprintf(stderr, "ps: %s: no such user\n", optarg);
          return 1;
        }
        by_user = no_tty = 1;
        break;
      }
      case 'L':
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) printf("%s ", columns[i].keyword);
        putchar('\n');
        return 0;
      case '?': usage(optopt);
    }
  if (own_format) by_cpu = 0;
  if (!own_format) add_columns(format);
  if (bad_keyword && shown_count == 0) {
    fprintf(stderr, "ps: no valid keywords\n");
    return 1;
  }
  if (bad_keyword) return 1;
  struct proc *list = read_procs(&count);
  for (size_t i = 0; i < count; i++) {
    struct proc *p = &list[i];
    int fits = all || p->uid == user || by_user;
    if (by_user) fits = p->uid == user;
    if (!no_tty && p->tty_number == 0 && wanted_count == 0) fits = 0;
    if (tty != NULL) fits = strcmp(p->tty, tty) == 0 || strcmp(p->tty + strspn(p->tty, "t"), tty) == 0;
    if (wanted_count > 0) {
      fits = 0;
      for (int w = 0; w < wanted_count; w++) fits |= wanted[w] == p->pid;
    }
    if (fits) list[kept++] = *p;
  }
  qsort(list, kept, sizeof *list, in_order);
  print_table(list, kept, line_width(wide));
  return kept == 0;
}
