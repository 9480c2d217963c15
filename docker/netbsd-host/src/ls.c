/* ls: NetBSD's options and columns; for root, dot files are shown without being asked for. */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

struct entry {
  char *name, *path;
  struct stat s;
};

static int all, dots, as_file, classify, slash_only, follow, inode, long_form, numeric, recursive, reverse, by_size, blocks, full_time,
    by_time, access_time, change_time, unsorted, columns, kilobytes, human, show_flags, status, printed;

static time_t stamp(const struct entry *e) { return access_time ? e->s.st_atime : change_time ? e->s.st_ctime : e->s.st_mtime; }

static int in_order(const void *a, const void *b) {
  const struct entry *x = a, *y = b;
  int result = 0;
  if (by_time) result = stamp(x) < stamp(y) ? 1 : stamp(x) > stamp(y) ? -1 : 0;
  else if (by_size) result = x->s.st_size < y->s.st_size ? 1 : x->s.st_size > y->s.st_size ? -1 : 0;
  if (result == 0) result = strcmp(x->name, y->name);
  return reverse ? -result : result;
}

static void mode_text(mode_t mode, char *out) {
  const char *bits = "rwxrwxrwx";
  if (S_ISLNK(mode)) mode &= ~022; /* NetBSD's links obey the umask */
  out[0] = S_ISDIR(mode) ? 'd' : S_ISCHR(mode) ? 'c' : S_ISBLK(mode) ? 'b' : S_ISFIFO(mode) ? 'p' : S_ISLNK(mode) ? 'l' : S_ISSOCK(mode) ? 's' : '-';
  for (int i = 0; i < 9; i++) out[i + 1] = mode & (0400 >> i) ? bits[i] : '-';
  if (mode & S_ISUID) out[3] = mode & 0100 ? 's' : 'S';
  if (mode & S_ISGID) out[6] = mode & 0010 ? 's' : 'S';
  if (mode & S_ISVTX) out[9] = mode & 0001 ? 't' : 'T';
  out[10] = '\0';
}

static const char *owner_name(uid_t uid) {
  static char number[4][16];
  static int turn;
  struct passwd *e = numeric ? NULL : getpwuid(uid);
  if (e != NULL) return strdup(e->pw_name);
  snprintf(number[turn = (turn + 1) % 4], 16, "%u", uid);
  return number[turn];
}

static const char *group_name(gid_t gid) {
  static char number[4][16];
  static int turn;
  struct group *e = numeric ? NULL : getgrgid(gid);
  if (e != NULL) return strdup(e->gr_name);
  snprintf(number[turn = (turn + 1) % 4], 16, "%u", gid);
  return number[turn];
}

static int width_of(unsigned long long value) {
  char text[32];
  return snprintf(text, sizeof text, "%llu", value);
}

static unsigned long long block_count(const struct stat *s) { return kilobytes ? (s->st_blocks + 1) / 2 : s->st_blocks; }

static void put_size(const struct stat *s, int width) {
  const char *units = "BKMGTP";
  double size = s->st_size;
  if (!human) { printf("%*lld ", width, (long long)s->st_size); return; }
  while (size >= 1024 && units[1] != '\0') size /= 1024, units++;
  printf(size < 10 && *units != 'B' ? "%3.1f%c " : "%3.0f%c ", size, *units);
}

static void put_time(time_t when) {
  char text[32];
  time_t now = time(NULL), half_year = 365 * 86400 / 2;
  strftime(text, sizeof text, full_time ? "%b %e %H:%M:%S %Y" : when > now - half_year && when < now + half_year ? "%b %e %H:%M" : "%b %e  %Y",
           localtime(&when));
  printf("%s ", text);
}

static void put_name(const struct entry *e) {
  mode_t mode = e->s.st_mode;
  fputs(e->name, stdout);
  if (S_ISDIR(mode) && (classify || slash_only)) putchar('/');
  else if (classify && S_ISLNK(mode)) putchar('@');
  else if (classify && S_ISFIFO(mode)) putchar('|');
  else if (classify && S_ISSOCK(mode)) putchar('=');
  else if (classify && S_ISREG(mode) && mode & 0111) putchar('*');
}

static void put_long(struct entry *list, size_t count) {
  int links = 0, owners = 0, groups = 0, sizes = 0, majors = 0, minors = 0, inodes = 0, block_width = 0, width;
  const char **owner = calloc(count, sizeof *owner), **group = calloc(count, sizeof *group);
#define WIDEN(column, value) if ((width = (value)) > column) column = width
  for (size_t i = 0; i < count; i++) {
    struct stat *s = &list[i].s;
    owner[i] = strdup(owner_name(s->st_uid));
    group[i] = strdup(group_name(s->st_gid));
    WIDEN(links, width_of(s->st_nlink));
    WIDEN(owners, (int)strlen(owner[i]));
    WIDEN(groups, (int)strlen(group[i]));
    WIDEN(inodes, width_of(s->st_ino));
    WIDEN(block_width, width_of(block_count(s)));
    if (S_ISCHR(s->st_mode) || S_ISBLK(s->st_mode)) {
      WIDEN(majors, width_of(major(s->st_rdev)));
      WIDEN(minors, width_of(minor(s->st_rdev)));
    } else WIDEN(sizes, width_of(s->st_size));
  }
  if (majors > 0 && majors + minors + 2 > sizes) sizes = majors + minors + 2;
  for (size_t i = 0; i < count; i++) {
    struct stat *s = &list[i].s;
    char mode[12], target[4096];
    mode_text(s->st_mode, mode);
    if (inode) printf("%*llu ", inodes, (unsigned long long)s->st_ino);
    if (blocks) printf("%*llu ", block_width, block_count(s));
    printf("%s  %*lu %-*s  %-*s  ", mode, links, (unsigned long)s->st_nlink, owners, owner[i], groups, group[i]);
    if (show_flags) printf("%-1s ", "-");
    if (S_ISCHR(s->st_mode) || S_ISBLK(s->st_mode))
      printf("%*u, %*u ", sizes - minors - 2, major(s->st_rdev), minors, minor(s->st_rdev));
    else put_size(s, sizes);
    put_time(stamp(&list[i]));
    put_name(&list[i]);
    if (S_ISLNK(s->st_mode)) {
      ssize_t length = readlink(list[i].path, target, sizeof target - 1);
      if (length >= 0) printf(" -> %.*s", (int)length, target);
    }
    putchar('\n');
  }
  free(owner);
  free(group);
}

static void put_columns(struct entry *list, size_t count) {
  struct winsize window;
  size_t widest = 0, across, down;
  size_t screen = ioctl(1, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col : 80;
  for (size_t i = 0; i < count; i++) if (strlen(list[i].name) + 1 > widest) widest = strlen(list[i].name) + 1;
  widest += classify || slash_only;
  across = screen / widest ? screen / widest : 1;
  down = (count + across - 1) / across;
  for (size_t row = 0; row < down; row++) {
    for (size_t i = row; i < count; i += down) {
      put_name(&list[i]);
      if (i + down < count) printf("%*s", (int)(widest - strlen(list[i].name)), "");
    }
    putchar('\n');
  }
}

static void put_list(struct entry *list, size_t count) {
  if (count == 0) return;
  printed = 1;
  if (long_form) { put_long(list, count); return; }
  if (columns && !inode && !blocks) { put_columns(list, count); return; }
  int inodes = 0, block_width = 0, width;
  for (size_t i = 0; i < count; i++) {
    WIDEN(inodes, width_of(list[i].s.st_ino));
    WIDEN(block_width, width_of(block_count(&list[i].s)));
  }
  for (size_t i = 0; i < count; i++) {
    if (inode) printf("%*llu ", inodes, (unsigned long long)list[i].s.st_ino);
    if (blocks) printf("%*llu ", block_width, block_count(&list[i].s));
    put_name(&list[i]);
    putchar('\n');
  }
}

static int look(struct entry *e, int through_link) {
  if ((through_link || follow) && stat(e->path, &e->s) == 0) return 1;
  return lstat(e->path, &e->s) == 0;
}

static void complain(const char *path) {
  fflush(stdout);
  fprintf(stderr, "ls: %s: %s\n", path, strerror(errno));
  status = 1;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The directories that the one at work is in: with -LR a link may lead back into one. */
static struct { dev_t dev; ino_t ino; } above[PATH_MAX];
static size_t depth;

static int is_inside(const struct stat *directory) {
  for (size_t i = 0; i < depth; i++)
    if (above[i].dev == directory->st_dev && above[i].ino == directory->st_ino) return 1;
  return 0;
}

static void put_directory(const char *path, int with_name) {
  struct stat here;
  struct entry *list = NULL;
  size_t count = 0, room = 0;
  unsigned long long total = 0;
  struct dirent *item;
  DIR *directory = opendir(path);
  if (with_name) { printf("%s%s:\n", printed ? "\n" : "", path); printed = 1; }
  if (directory == NULL) { complain(path); return; }
  if (fstat(dirfd(directory), &here) == 0 && depth < PATH_MAX) {
    above[depth].dev = here.st_dev;
    above[depth++].ino = here.st_ino;
  }
  while ((item = readdir(directory)) != NULL) {
    const char *name = item->d_name;
    int special = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    if (special ? !all : name[0] == '.' && !dots) continue;
    if (count == room) list = realloc(list, (room = room ? room * 2 : 64) * sizeof *list);
    struct entry *e = &list[count];
    e->name = strdup(name);
    e->path = malloc(strlen(path) + strlen(name) + 2);
    sprintf(e->path, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", name);
    if (!look(e, 0)) { complain(name); continue; }
    total += block_count(&e->s);
    count++;
  }
  closedir(directory);
  if (!unsorted) qsort(list, count, sizeof *list, in_order);
  if ((long_form || blocks) && count > 0) printf("total %llu\n", total);
  put_list(list, count);
  for (size_t i = 0; recursive && i < count; i++)
    if (S_ISDIR(list[i].s.st_mode) && strcmp(list[i].name, ".") != 0 && strcmp(list[i].name, "..") != 0) {
      printed = 1;
      if (is_inside(&list[i].s)) fprintf(stderr, "ls: %s: directory causes a cycle\n", list[i].name);
      else put_directory(list[i].path, 1);
    }
  depth--;
}

int main(int argc, char **argv) {
  int option;
  if (getuid() == 0) dots = 1;
  columns = isatty(1);
  opterr = 0;
  while ((option = getopt(argc, argv, "+1AaBbCcdFfghikLlMmnopqRrSsTtuWwx")) != -1) switch (option) {
      case '1': columns = 0; break;
      case 'A': dots = 1; break;
      case 'a': all = dots = 1; break;
      case 'C': case 'x': columns = 1; long_form = 0; break;
      case 'c': change_time = 1; break;
      case 'd': as_file = 1; break;
      case 'F': classify = 1; break;
      case 'f': unsorted = all = dots = 1; break;
      case 'g': case 'l': long_form = 1; break;
      case 'h': human = 1; break;
      case 'i': inode = 1; break;
      case 'k': kilobytes = 1; break;
      case 'L': follow = 1; break;
      case 'n': numeric = long_form = 1; break;
      case 'o': show_flags = 1; break;
      case 'p': slash_only = 1; break;
      case 'R': recursive = 1; break;
      case 'r': reverse = 1; break;
      case 'S': by_size = 1; break;
      case 's': blocks = 1; break;
      case 'T': full_time = 1; break;
      case 't': by_time = 1; break;
      case 'u': access_time = 1; break;
      case '?':
        fprintf(stderr, "ls: unknown option -- %c\nusage: ls [-1AaBbCcdFfghikLlMm%s] [file ...]\n", optopt,
                access("/libexec/.linux/is-older", F_OK) == 0 ? "nopqRrSsTtuWwx" : "nOoPpqRrSsTtuWwXx");
        return 1;
    }
  char *here[] = {".", NULL}, **names = optind < argc ? argv + optind : here;
  size_t count = optind < argc ? (size_t)(argc - optind) : 1, files = 0, directories = 0;
  struct entry *plain = calloc(count, sizeof *plain), *folders = calloc(count, sizeof *folders);
  if (!unsorted) qsort(names, count, sizeof *names, by_name); /* so that complaints come in order, too */
  for (size_t i = 0; i < count; i++) {
    struct entry e = {names[i], names[i], {0}};
    if (!look(&e, !long_form && !as_file && !classify)) complain(names[i]);
    else if (S_ISDIR(e.s.st_mode) && !as_file) folders[directories++] = e;
    else plain[files++] = e;
  }
  if (!unsorted) qsort(plain, files, sizeof *plain, in_order), qsort(folders, directories, sizeof *folders, in_order);
  put_list(plain, files);
  for (size_t i = 0; i < directories; i++) put_directory(folders[i].path, count > 1);
  return status;
}
