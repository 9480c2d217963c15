/* su [-dflm] [-c class] [login[:group] [shell arguments]]: as NetBSD's, whose -c is a login class and which asks
 * for a password on a terminal or not at all. */
#define _GNU_SOURCE
#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const char *password_of(const char *user) {
  static char line[1024];
  FILE *file = fopen("/etc/master.passwd", "r");
  size_t length = strlen(user);
  while (file != NULL && fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, user, length) == 0 && line[length] == ':') {
      fclose(file);
      return strtok(line + length + 1, ":");
    }
  if (file != NULL) fclose(file);
  return "*";
}

static int older(void) { return access("/libexec/.linux/is-older", F_OK) == 0; }

static int asked_and_right(const char *user) {
  struct termios before, silent;
  char typed[256];
  const char *stored = password_of(user), *hash;
  ssize_t length;
  int tty = open("/dev/tty", O_RDWR);
  if (tty < 0 || tcgetattr(tty, &before) != 0) {
    fprintf(stderr, " Inappropriate ioctl for device\nsu: Sorry: %s failure\n", older() ? "conversation" : "Conversation");
    return 0;
  }
  silent = before;
  silent.c_lflag &= ~ECHO;
  tcsetattr(tty, TCSAFLUSH, &silent);
  dprintf(tty, "Password:");
  length = read(tty, typed, sizeof typed - 1);
  tcsetattr(tty, TCSAFLUSH, &before);
  dprintf(tty, "\n");
  typed[length > 0 ? length : 0] = '\0';
  typed[strcspn(typed, "\r\n")] = '\0';
  hash = crypt(typed, stored);
  if (hash != NULL && stored[0] != '*' && strcmp(hash, stored) == 0) return 1;
  fprintf(stderr, "su: Sorry: %s error\n", older() ? "authentication" : "Authentication");
  return 0;
}

static void usage(void) {
  fprintf(stderr, "Usage: su [-dflmc:] [login[:group] [shell arguments]]\n");
  exit(1);
}

int main(int argc, char **argv) {
  int login = 0, keep = 0, option;
  const char *class_name = NULL, *shell;
  char name[256] = "root", *words[512];
  opterr = 0;
  while ((option = getopt(argc, argv, "+c:dflm")) != -1) switch (option) {
      case 'c': class_name = optarg; break;
      case 'd': case 'l': login = 1; break;
      case 'f': break;
      case 'm': keep = 1; break;
      default: fprintf(stderr, "su: unknown option -- %c\n", optopt); usage();
    }
  if (optind < argc && strcmp(argv[optind], "-") == 0) {
    login = 1;
    optind++;
    if (optind < argc && strcmp(argv[optind], "-c") == 0) class_name = argv[optind + 1] ? argv[optind + 1] : "";
  }
  if (optind < argc && class_name == NULL) snprintf(name, sizeof name, "%s", argv[optind++]);
  if (class_name != NULL) {
    fprintf(stderr, "su: Unknown class %s\n\n", class_name);
    return 1;
  }
  struct passwd *entry = getpwnam(name);
  if (entry == NULL) {
    fprintf(stderr, "su: unknown login %s\n", name);
    return 1;
  }
  if (getuid() != 0 && !asked_and_right(name)) return 1;
  shell = entry->pw_shell[0] ? entry->pw_shell : "/bin/sh";
  if (keep) shell = getenv("SHELL") != NULL ? getenv("SHELL") : "/bin/sh";
  if (setgid(entry->pw_gid) != 0 || initgroups(entry->pw_name, entry->pw_gid) != 0 || setuid(entry->pw_uid) != 0) {
    fprintf(stderr, "su: setting user and group: %s\n", strerror(errno));
    return 1;
  }
  if (login) {
    char *terminal = getenv("TERM");
    char *kept = terminal ? strdup(terminal) : NULL;
    clearenv();
    if (kept != NULL) setenv("TERM", kept, 1);
    setenv("PATH", "/usr/bin:/bin:/usr/pkg/bin:/usr/local/bin", 1);
    if (chdir(entry->pw_dir) != 0 && chdir("/") != 0) return 1;
  }
  if (!keep) {
    setenv("HOME", entry->pw_dir, 1);
    setenv("SHELL", shell, 1);
    setenv("USER", name, 1);
    setenv("LOGNAME", name, 1);
  }
  int count = 0;
  const char *base = strrchr(shell, '/') ? strrchr(shell, '/') + 1 : shell;
  char dashed[64];
  snprintf(dashed, sizeof dashed, "%s%s", login ? "-" : "", base);
  words[count++] = dashed;
  while (optind < argc && count < 510) words[count++] = argv[optind++];
  words[count] = NULL;
  execv(shell, words);
  fprintf(stderr, "su: %s: %s\n", shell, strerror(errno));
  return errno == ENOENT ? 127 : 126;
}
