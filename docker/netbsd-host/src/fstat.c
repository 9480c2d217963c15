/* fstat, sockstat: open files and sockets of processes. The "root" row is there only for a process whose root
 * directory is not this one's, which is how a cage is proved. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "become.h"
#include "procs.h"
#include "sockets.h"

static struct { struct stat status; const char *name; } wanted[64];
static int wanted_count, numeric, whole_file_systems, only_ipv4, only_ipv6, only_unix, only_listening, only_connected;
static struct stat own_root;

static void mode_text(mode_t mode, char *out) {
  const char *bits = "rwxrwxrwx";
  out[0] = S_ISDIR(mode) ? 'd' : S_ISCHR(mode) ? 'c' : S_ISBLK(mode) ? 'b' : S_ISFIFO(mode) ? 'p' : S_ISLNK(mode) ? 'l' : '-';
  for (int i = 0; i < 9; i++) out[i + 1] = mode & (0400 >> i) ? bits[i] : '-';
  if (mode & S_ISUID) out[3] = mode & 0100 ? 's' : 'S';
  if (mode & S_ISGID) out[6] = mode & 0010 ? 's' : 'S';
  if (mode & S_ISVTX) out[9] = mode & 0001 ? 't' : 'T';
  out[10] = '\0';
}

static const char *mount_of(dev_t device) {
  static char text[65536], point[512];
  char *line, *save;
  unsigned int high, low;
  if (slurp("/libexec/.linux/proc/self/mountinfo", text, sizeof text) <= 0) return "/";
  for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
    if (sscanf(line, "%*d %*d %u:%u %*s %511s", &high, &low, point) == 3 && makedev(high, low) == device) return point;
  return "/";
}

static void print_file(const struct proc *p, const char *what, const struct stat *s, const char *access_text) {
  char mode[12], size[32];
  const char *name = NULL;
  if (wanted_count > 0) {
    for (int i = 0; i < wanted_count && name == NULL; i++)
      if (wanted[i].status.st_dev == s->st_dev && (whole_file_systems || wanted[i].status.st_ino == s->st_ino))
        name = wanted[i].name;
    if (name == NULL) return;
  }
  mode_text(s->st_mode, mode);
  if (S_ISCHR(s->st_mode) || S_ISBLK(s->st_mode)) {
    int id = minor(s->st_rdev);
    const char *known = major(s->st_rdev) != 1 ? NULL : id == 3 ? "null" : id == 5 ? "zero" : id == 8 ? "random" : id == 9 ? "urandom" : NULL;
    if (known != NULL && !numeric) snprintf(size, sizeof size, "%s", known);
    else snprintf(size, sizeof size, "%u,%u", major(s->st_rdev), minor(s->st_rdev));
  } else snprintf(size, sizeof size, "%lld", (long long)s->st_size);
  printf("%-8.8s %-10.10s %5d %4s ", p->user, p->comm, p->pid, what);
  if (numeric) printf("%-8s %7llu %7o", "0,0", (unsigned long long)s->st_ino, s->st_mode);
  else printf("%-8s %7llu %-10s", mount_of(s->st_dev), (unsigned long long)s->st_ino, mode);
  printf(" %7s %-2s", size, access_text);
  if (name != NULL && !whole_file_systems) printf("  %s", name);
  putchar('\n');
}

static void print_socket(const struct proc *p, int fd, unsigned long inode) {
  const struct socket_entry *entry = find_socket(inode);
  if (wanted_count > 0) return;
  printf("%-8.8s %-10.10s %5d %4d* ", p->user, p->comm, p->pid, fd);
  if (entry == NULL) printf("socket %lu\n", inode);
  else if (entry->family == 1) printf("unix %s%s%s\n", entry->protocol, entry->local[0] ? " " : "", entry->local);
  else {
    printf("internet%s %s %s %s", entry->family == 6 ? "6" : "", entry->protocol[0] == 't' ? "stream" : "dgram", entry->protocol, entry->local);
    if (!entry->listening) printf(" <-> %s", entry->peer);
    putchar('\n');
  }
}

static int each_fd(const struct proc *p, void (*seen)(const struct proc *, int, const char *, const char *)) {
  char path[300], link[512];
  struct dirent *entry;
  snprintf(path, sizeof path, "/libexec/.linux/proc/%d/fd", p->pid);
  DIR *directory = opendir(path);
  if (directory == NULL) return 0;
  int fds[4096], count = 0;
  while ((entry = readdir(directory)) != NULL && count < 4096)
    if (entry->d_name[0] != '.') fds[count++] = atoi(entry->d_name);
  closedir(directory);
  for (int i = 1; i < count; i++)
    for (int j = i; j > 0 && fds[j - 1] > fds[j]; j--) { int t = fds[j]; fds[j] = fds[j - 1]; fds[j - 1] = t; }
  for (int i = 0; i < count; i++) {
    snprintf(path, sizeof path, "/libexec/.linux/proc/%d/fd/%d", p->pid, fds[i]);
    ssize_t length = readlink(path, link, sizeof link - 1);
    if (length < 0) continue;
    link[length] = '\0';
    seen(p, fds[i], path, link);
  }
  return 1;
}

static void show_fd(const struct proc *p, int fd, const char *path, const char *link) {
  struct stat s, l;
  char number[12];
  unsigned long inode;
  snprintf(number, sizeof number, "%d", fd);
  if (sscanf(link, "socket:[%lu]", &inode) == 1) print_socket(p, fd, inode);
  else if (sscanf(link, "pipe:[%lu]", &inode) == 1) {
    if (wanted_count == 0) printf("%-8.8s %-10.10s %5d %4d* pipe 0x%016lx\n", p->user, p->comm, p->pid, fd, inode);
  } else if (link[0] == '/' && stat(path, &s) == 0 && lstat(path, &l) == 0)
    print_file(p, number, &s, (l.st_mode & 0600) == 0600 ? "rw" : l.st_mode & 0200 ? "w" : "r");
  else if (wanted_count == 0) printf("%-8.8s %-10.10s %5d %4d* %s\n", p->user, p->comm, p->pid, fd, strncmp(link, "anon_inode:", 11) == 0 ? link + 11 : link);
}

static void show_process(const struct proc *p) {
  char path[64];
  struct stat s;
  snprintf(path, sizeof path, "/libexec/.linux/proc/%d/root", p->pid);
  if (stat(path, &s) == 0 && (s.st_ino != own_root.st_ino || s.st_dev != own_root.st_dev)) print_file(p, "root", &s, "r");
  snprintf(path, sizeof path, "/libexec/.linux/proc/%d/cwd", p->pid);
  if (stat(path, &s) == 0) print_file(p, "wd", &s, "r");
  each_fd(p, show_fd);
}

static void show_socket(const struct proc *p, int fd, const char *path, const char *link) {
  unsigned long inode;
  (void)path;
  if (sscanf(link, "socket:[%lu]", &inode) != 1) return;
  const struct socket_entry *entry = find_socket(inode);
  if (entry == NULL || (only_listening && !entry->listening) || (only_connected && entry->listening)) return;
  if ((only_ipv4 || only_ipv6 || only_unix) &&
      !((only_ipv4 && entry->family == 4) || (only_ipv6 && entry->family == 6) || (only_unix && entry->family == 1)))
    return;
  if (entry->family == 1 && entry->local[0] == '\0') return;
  printf("%-8.8s %-10.10s %-5d %2d %s%-*s %-21s %s\n", p->user, p->comm, p->pid, fd, entry->protocol,
         6 - (int)strlen(entry->protocol), entry->family == 6 ? "6" : "", entry->local, entry->peer);
}

static void show_sockets(const struct proc *p) { each_fd(p, show_socket); }

static void usage(const char *name) {
  if (name[0] == 's') fprintf(stderr, "usage: sockstat [-46clnu] [-f address_family] [-p ports]\n");
  else fprintf(stderr, "Usage: fstat [-fnv] [-p pid] [-u user] [-N system] [-M core] [file ...]\n");
  exit(1);
}

int main(int argc, char **argv) {
  const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
  int sockstat = name[0] == 's', option;
  long pid = -1;
  const char *user = NULL;
  size_t count;
  opterr = 0;
  while ((option = getopt(argc, argv, sockstat ? "+:46clnuf:p:" : "+:fnvp:u:N:M:")) != -1) switch (option) {
      case '4': only_ipv4 = 1; break;
      case '6': only_ipv6 = 1; break;
      case 'c': only_connected = 1; break;
      case 'l': only_listening = 1; break;
      case 'n': numeric = 1; break;
      case 'f': if (!sockstat) whole_file_systems = 1; else if (strcmp(optarg, "inet") == 0) only_ipv4 = 1; else only_ipv6 = 1; break;
      case 'u': if (sockstat) only_unix = 1; else user = optarg; break;
      case 'p': if (!sockstat) pid = atol(optarg); break;
      case ':': fprintf(stderr, "%s: option requires an argument -- %c\n", name, optopt); usage(name); break;
      case '?': fprintf(stderr, "%s: unknown option -- %c\n", name, optopt); usage(name); break;
    }
  if (user != NULL && getpwnam(user) == NULL) {
    fprintf(stderr, "fstat: %s: unknown uid\n", user);
    return 1;
  }
  for (int i = optind; i < argc && wanted_count < 64; i++) {
    if (stat(argv[i], &wanted[wanted_count].status) == 0) wanted[wanted_count++].name = argv[i];
    else fprintf(stderr, "%s: stat(%s): %s\n", name, argv[i], strerror(errno));
  }
  if (optind < argc && wanted_count == 0) return 1;
  stat("/", &own_root);
  read_sockets(sockstat ? '.' : ':', numeric);
  struct proc *list = read_procs(&count);
  if (sockstat) printf("USER     COMMAND    PID   FD PROTO  LOCAL ADDRESS         FOREIGN ADDRESS\n");
  else printf("USER     CMD          PID   FD %s       INUM MODE         SZ|DV R/W%s\n", numeric ? "DEV  " : "MOUNT",
              wanted_count > 0 && !whole_file_systems ? " NAME" : "");
  fflush(stdout);
  for (size_t i = count; i-- > 0;) {
    if (!sockstat && ((pid >= 0 && list[i].pid != pid) || (user != NULL && strcmp(list[i].user, user) != 0))) continue;
    if (!sockstat && list[i].pid == 1) continue;
    look_as(&list[i], sockstat ? show_sockets : show_process);
  }
  return 0;
}
