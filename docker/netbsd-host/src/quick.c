/* quick: stands at the place of scripts that are asked all the time, answers what is asked most, and lets the script
 * (/libexec/.linux/script/NAME) do the rest: options that are rare, and everything that goes wrong. */
#include "quick.h"
#include <fcntl.h>
#include <pwd.h>
#include <grp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define SCRIPTS "/libexec/.linux/script/"

/* date [-u] [+format], with the conversions that mean the same everywhere */
static int quick_date(int argc, char **argv) {
  const char *format = "+%a %b %e %H:%M:%S %Z %Y";
  char text[1024];
  int at = 1;
  time_t now = time(NULL);
  if (at < argc && strcmp(argv[at], "-u") == 0) {
    setenv("TZ", "UTC0", 1);
    at++;
  }
  if (at < argc) format = argv[at++];
  if (at < argc || format[0] != '+' || format[1] == '\0' || strlen(format) > 256) return 0;
  for (const char *letter = format + 1; *letter != '\0'; letter++)
    if (*letter == '%' && (*++letter == '\0' || strchr("aAbBdeHIjmMpsSTyYZz%DFR", *letter) == NULL)) return 0;
  if (strftime(text, sizeof text, format + 1, localtime(&now)) == 0) return 0;
  puts(text);
  return 1;
}

/* id -u | -g [-nr] [user] */
static int quick_id(int argc, char **argv) {
  char what = 0;
  int name = 0, real = 0, at = 1;
  for (; at < argc && argv[at][0] == '-'; at++)
    for (const char *letter = argv[at] + 1; *letter != '\0'; letter++) {
      if (*letter == 'n') name = 1;
      else if (*letter == 'r') real = 1;
      else if ((*letter == 'u' || *letter == 'g') && what == 0) what = *letter;
      else return 0;
    }
  if (what == 0 || argc > at + 1) return 0;
  uid_t uid = real ? getuid() : geteuid();
  gid_t gid = real ? getgid() : getegid();
  if (at < argc) {
    struct passwd *user = getpwnam(argv[at]);
    if (user == NULL) return 0;
    uid = user->pw_uid;
    gid = user->pw_gid;
  }
  if (!name) {
    printf("%u\n", what == 'u' ? uid : gid);
    return 1;
  }
  struct passwd *user = what == 'u' ? getpwuid(uid) : NULL;
  struct group *group = what == 'g' ? getgrgid(gid) : NULL;
  if (user == NULL && group == NULL) return 0;
  puts(user != NULL ? user->pw_name : group->gr_name);
  return 1;
}

static int quick_hostname(int argc, char **argv) {
  char name[256];
  int is_short = argc == 2 && strcmp(argv[1], "-s") == 0;
  if (argc > 1 + is_short || gethostname(name, sizeof name) != 0) return 0;
  if (is_short) name[strcspn(name, ".")] = '\0';
  puts(name);
  return 1;
}

/* uname [-mnprs] */
static int quick_uname(int argc, char **argv) {
  char release[64] = "11.0", name[256];
  const char *wanted = argc < 2 ? "-s" : argv[1], *before = "";
  if (argc > 2 || wanted[0] != '-' || wanted[1] == '\0' || strspn(wanted + 1, "mnprs") != strlen(wanted + 1)) return 0;
  FILE *file = strchr(wanted, 'r') != NULL ? fopen("/libexec/.linux/release", "r") : NULL;
  if (strchr(wanted, 'r') != NULL && (file == NULL || fgets(release, sizeof release, file) == NULL)) return 0;
  release[strcspn(release, "\n")] = '\0';
  if (gethostname(name, sizeof name) != 0) return 0;
  /* The order is its own, whatever that of the letters is. */
  const struct {
    char letter;
    const char *word;
  } words[] = {{'s', "NetBSD"}, {'n', name}, {'r', release}, {'m', "amd64"}, {'p', "x86_64"}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strchr(wanted, words[i].letter) == NULL) continue;
    printf("%s%s", before, words[i].word);
    before = " ";
  }
  puts("");
  return 1;
}

/* dd whose messages go to /dev/null, with sizes that mean the same everywhere: GNU's own, at once */
static int quick_dd(int argc, char **argv) {
  static const char *const sizes[] = {"bs", "ibs", "obs", "count", "skip", "seek"};
  struct stat info;
  if (fstat(2, &info) != 0 || !S_ISCHR(info.st_mode) || info.st_rdev != makedev(1, 3)) return 0;
  for (int at = 1; at < argc; at++) {
    const char *value = strchr(argv[at], '=');
    size_t length = value ? (size_t)(value - argv[at]) : 0, size = 0;
    if (length == 2 && (strncmp(argv[at], "if", 2) == 0 || strncmp(argv[at], "of", 2) == 0)) continue;
    while (size < sizeof sizes / sizeof *sizes && (strlen(sizes[size]) != length || strncmp(argv[at], sizes[size], length) != 0)) size++;
    if (length == 0 || size == sizeof sizes / sizeof *sizes || value[1] == '\0' || strspn(value + 1, "0123456789") != strlen(value + 1)) return 0;
  }
  execv("/libexec/.linux/bin/dd", argv);
  return 0;
}

/* mktemp [-d] template, all of whose last letters are X, six of them or more */
static int quick_mktemp(int argc, char **argv) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  int is_folder = argc == 3 && strcmp(argv[1], "-d") == 0;
  if (argc != 2 + is_folder || argv[argc - 1][0] == '-') return 0;
  char *name = argv[argc - 1], *end = name + strlen(name);
  uint8_t chance[64];
  size_t count = 0;
  while (end > name && end[-1] == 'X') end--, count++;
  if (count < 6 || count > sizeof chance || (end > name && end[-1] != '.' && end[-1] != '/')) return 0;
  for (int tries = 0; tries < 8; tries++) {
    if (getrandom(chance, count, 0) != (ssize_t)count) break;
    for (size_t i = 0; i < count; i++) end[i] = letters[chance[i] % (sizeof letters - 1)];
    int made = is_folder ? mkdir(name, 0700) : open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (made >= 0) {
      puts(name);
      return 1;
    }
  }
  memset(end, 'X', count);
  return 0;
}

/* sync: a container has no power cut of its own, and the real thing would flush the whole machine under it */
static int quick_sync(int argc, char **argv) {
  (void)argc, (void)argv;
  return 1;
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int (*answer)(int argc, char **argv);
  } commands[] = {{"date", quick_date},     {"id", quick_id},       {"hostname", quick_hostname}, {"uname", quick_uname}, {"dd", quick_dd},
                  {"mktemp", quick_mktemp}, {"cksum", quick_cksum}, {"df", quick_df},             {"sync", quick_sync}};
  const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
  char script[256];
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strcmp(commands[i].name, name) == 0 && commands[i].answer(argc, argv)) return fflush(stdout) != 0;
  snprintf(script, sizeof script, SCRIPTS "%s", name);
  execv(script, argv);
  fprintf(stderr, "%s: Cannot allocate memory\n", name);
  return 126;
}
