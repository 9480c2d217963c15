/* stat, readlink, realpath: NetBSD's stat(1) with its -f language; called readlink it prints a link, with -f a real path. */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static const char *time_format = "%b %e %H:%M:%S %Y";
static const char *self;

static void mode_text(mode_t mode, char *out) {
  const char *bits = "rwxrwxrwx";
  out[0] = S_ISDIR(mode) ? 'd' : S_ISCHR(mode) ? 'c' : S_ISBLK(mode) ? 'b' : S_ISFIFO(mode) ? 'p' : S_ISLNK(mode) ? 'l' : S_ISSOCK(mode) ? 's' : '-';
  for (int i = 0; i < 9; i++) out[i + 1] = mode & (0400 >> i) ? bits[i] : '-';
  if (mode & S_ISUID) out[3] = mode & 0100 ? 's' : 'S';
  if (mode & S_ISGID) out[6] = mode & 0010 ? 's' : 'S';
  if (mode & S_ISVTX) out[9] = mode & 0001 ? 't' : 'T';
  out[10] = '\0';
}

static const char *type_name(mode_t mode) {
  return S_ISDIR(mode) ? "Directory" : S_ISCHR(mode) ? "Character Device" : S_ISBLK(mode) ? "Block Device" : S_ISFIFO(mode) ? "Fifo File"
       : S_ISLNK(mode) ? "Symbolic Link" : S_ISSOCK(mode) ? "Socket" : "Regular File";
}

/* one %datum; form is D O U X F S or 0, part is H M L or 0 */
static void datum(char what, char form, char part, const struct stat *s, const char *path, char *out, size_t size, char *spec) {
  unsigned long long value = 0;
  int numeric = 1;
  time_t when = 0;
  char mode[12];
  switch (what) {
    case 'd': value = s->st_dev; if (part == 'H') value = major(s->st_dev); if (part == 'L') value = minor(s->st_dev); break;
    case 'r': value = s->st_rdev; if (part == 'H') value = major(s->st_rdev); if (part == 'L') value = minor(s->st_rdev); break;
    case 'i': value = s->st_ino; break;
    case 'l': value = s->st_nlink; break;
    case 'z': value = s->st_size; break;
    case 'b': value = s->st_blocks; break;
    case 'k': value = s->st_blksize; break;
    case 'f': case 'v': value = 0; break;
    case 'u': value = s->st_uid; if (form == 'S') { struct passwd *e = getpwuid(s->st_uid); if (e) { snprintf(out, size, "%s", e->pw_name); numeric = 0; } } break;
    case 'g': value = s->st_gid; if (form == 'S') { struct group *e = getgrgid(s->st_gid); if (e) { snprintf(out, size, "%s", e->gr_name); numeric = 0; } } break;
    case 'p':
      value = s->st_mode;
      if (form == 'S') {
        mode_text(s->st_mode, mode);
        if (part == 'H') snprintf(out, size, "%.3s", mode + 1);
        else if (part == 'M') snprintf(out, size, "%.3s", mode + 4);
        else if (part == 'L') snprintf(out, size, "%.3s", mode + 7);
        else snprintf(out, size, "%s", mode);
        numeric = 0;
      } else {
        if (part == 'H') value = (value >> 12) & 017;
        if (part == 'M') value = (value >> 9) & 07;
        if (part == 'L') value &= 0777;
        if (form == 0) form = 'O';
      }
      break;
    case 'a': when = s->st_atime; value = when; break;
    case 'm': when = s->st_mtime; value = when; break;
    case 'c': when = s->st_ctime; value = when; break;
    case 'B': when = 0; value = 0; break;
    case 'N': snprintf(out, size, "%s", path); numeric = 0; break;
    case 'R': { char real[PATH_MAX]; snprintf(out, size, "%s", realpath(path, real) ? real : path); numeric = 0; break; }
    case 'Y': {
      ssize_t length = S_ISLNK(s->st_mode) ? readlink(path, out, size - 1) : 0;
      out[length > 0 ? length : 0] = '\0';
      if (form == 'S' && length > 0) { memmove(out + 4, out, length + 1); memcpy(out, " -> ", 4); }
      numeric = 0;
      break;
    }
    case 'T':
      if (part == 'H') snprintf(out, size, "%s", type_name(s->st_mode));
      else snprintf(out, size, "%s", S_ISDIR(s->st_mode) ? "/" : S_ISLNK(s->st_mode) ? "@" : S_ISFIFO(s->st_mode) ? "|" : S_ISSOCK(s->st_mode) ? "="
                                  : S_ISREG(s->st_mode) && s->st_mode & 0111 ? "*" : "");
      numeric = 0;
      break;
    case 'Z': value = S_ISCHR(s->st_mode) || S_ISBLK(s->st_mode) ? s->st_rdev : (unsigned long long)s->st_size; break;
    default: fprintf(stderr, "stat: illegal format character %c\n", what); exit(1);
  }
  if (form == 'S' && strchr("amcB", what)) {
    strftime(out, size, time_format, localtime(&when));
    numeric = 0;
  }
  if (numeric) {
    strcat(spec, form == 'O' ? "llo" : form == 'X' ? "llx" : "llu");
    snprintf(out, size, spec, value);
  } else {
    char *copy = strdup(out);
    strcat(spec, "s");
    snprintf(out, size, spec, copy);
    free(copy);
  }
}

static void print_format(const char *format, const struct stat *s, const char *path) {
  static char text[PATH_MAX * 2];
  for (const char *at = format; *at != '\0'; at++) {
    char spec[32] = "%", form = 0, part = 0;
    size_t n = 1;
    if (*at != '%') { putchar(*at); continue; }
    at++;
    if (*at == 'n' || *at == 't' || *at == '%') { putchar(*at == 'n' ? '\n' : *at == 't' ? '\t' : '%'); continue; }
    while (*at != '\0' && n < 16 && strchr("#+-0 .123456789", *at)) spec[n++] = *at++;
    spec[n] = '\0';
    if (*at != '\0' && strchr("DOUXFS", *at)) form = *at++;
    if (*at != '\0' && strchr("HML", *at)) part = *at++;
    if (*at == '\0') { fprintf(stderr, "stat: bad format\n"); exit(1); }
    datum(*at, form, part, s, path, text, sizeof text, spec);
    fputs(text, stdout);
  }
}

static void usage(void) {
  if (self[0] == 'r') fprintf(stderr, "usage: readlink [-fnqsv] [file ...]\n");
  else fprintf(stderr, "usage: stat [-FlLnqrsx] [-f format] [-t timefmt] [file ...]\n");
  exit(1);
}

static int print_link(const char *path, int resolve, int newline) {
  char target[PATH_MAX];
  if (resolve) {
    if (realpath(path, target) == NULL) {
      ssize_t length = readlink(path, target, sizeof target - 1);
      if (length > 0) printf("%.*s%s", (int)length, target, newline ? "\n" : "");
      return 1;
    }
  } else {
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0) return 1;
    target[length] = '\0';
  }
  printf("%s%s", target, newline ? "\n" : "");
  return 0;
}

/* realpath [-Eeq] [path ...]: as far as it is there; with -e, all of it must be */
static int realpath_main(int argc, char **argv) {
  int option, must_exist = 0, quiet = 0, status = 0;
  char path[PATH_MAX], folder[PATH_MAX];
  while ((option = getopt(argc, argv, "+Eeq")) != -1) switch (option) {
      case 'E': must_exist = 0; break;
      case 'e': must_exist = 1; break;
      case 'q': quiet = 1; break;
      default: fprintf(stderr, "realpath: unknown option -- %c\nusage: realpath [-Eeq] [path ...]\n", optopt); return 1;
    }
  for (int i = optind; i < argc || (i == optind && argc == optind); i++) {
    const char *wanted = i < argc ? argv[i] : ".", *last = strrchr(wanted, '/');
    if (realpath(wanted, path) != NULL) puts(path);
    else {
      snprintf(folder, sizeof folder, "%.*s", last == NULL ? 1 : last == wanted ? 1 : (int)(last - wanted), last == NULL ? "." : wanted);
      if (!must_exist && errno == ENOENT && realpath(folder, path) != NULL) printf("%s/%s\n", path[1] == '\0' ? "" : path, last == NULL ? wanted : last + 1);
      else {
        if (!quiet) fprintf(stderr, "realpath: %s: %s\n", wanted, strerror(ENOENT));
        status = 1;
      }
    }
  }
  return status;
}

int main(int argc, char **argv) {
  const char *format = "%d %i %Sp %l %Su %Sg %r %z \"%Sa\" \"%Sm\" \"%Sc\" \"%SB\" %k %b %f %N";
  int option, follow = 0, newline = 1, quiet = 0, status = 0, resolve = 0, chosen = 0;
  self = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
  int link_mode = self[0] == 'r';
  opterr = 0;
  if (strcmp(self, "realpath") == 0) return realpath_main(argc, argv);
  while ((option = getopt(argc, argv, link_mode ? "+fnqsv" : "+Ff:lLnqrst:x")) != -1) switch (option) {
      case 'f': if (link_mode) resolve = 1; else format = optarg, chosen = 1; break;
      case 'L': follow = 1; break;
      case 'n': newline = 0; break;
      case 'q': quiet = 1; break;
      case 't': time_format = optarg; break;
      case 'l': format = "%Sp %l %Su %Sg %Z %Sm %N%SY"; break;
      case 'F': format = "%Sp %l %Su %Sg %Z %Sm %N%T%SY"; break;
      case 'r': format = "%d %i %p %l %u %g %r %z %a %m %c %B %k %b %f %N"; break;
      case 's': if (!link_mode) format = "st_dev=%d st_ino=%i st_mode=%#p st_nlink=%l st_uid=%u st_gid=%g st_rdev=%r st_size=%z st_atime=%a st_mtime=%m st_ctime=%c st_birthtime=%B st_blksize=%k st_blocks=%b st_flags=%f"; break;
      case 'x':
        format = "  File: \"%N\"%n  Size: %-11z  FileType: %HT%n  Mode: (%04OLp/%Sp)         Uid: (%5u/%8Su)  Gid: (%5g/%8Sg)%n"
                 "Device: %Hd,%Ld   Inode: %i    Links: %l%nAccess: %Sa%nModify: %Sm%nChange: %Sc";
        time_format = "%a %b %e %H:%M:%S %Y";
        break;
      case '?': fprintf(stderr, "%s: unknown option -- %c\n", self, optopt); usage();
    }
  (void)chosen;
  if (link_mode) {
    if (optind == argc) usage();
    for (int i = optind; i < argc; i++) status |= print_link(argv[i], resolve, newline);
    return status;
  }
  for (int i = optind; i < argc || (i == optind && argc == optind); i++) {
    struct stat s;
    const char *path = i < argc ? argv[i] : "(stdin)";
    int failed = i >= argc ? fstat(0, &s) : follow ? stat(path, &s) : lstat(path, &s);
    if (failed && follow && i < argc) failed = lstat(path, &s);
    if (failed) {
      if (!quiet) fprintf(stderr, "stat: %s: %s: %s\n", path, follow ? "stat" : "lstat", strerror(errno));
      status = 1;
      continue;
    }
    if (S_ISLNK(s.st_mode)) s.st_mode &= ~022; /* NetBSD's links obey the umask */
    print_format(format, &s, path);
    if (newline) putchar('\n');
  }
  return status;
}
