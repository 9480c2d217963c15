/* procs: see procs.h. */
#include "procs.h"
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

ssize_t slurp(const char *path, char *buffer, size_t size) {
  int fd = open(path, O_RDONLY);
  ssize_t total = 0, got;
  if (fd < 0) return -1;
  while ((size_t)total < size - 1 && (got = read(fd, buffer + total, size - 1 - total)) > 0) total += got;
  close(fd);
  buffer[total] = '\0';
  return total;
}

const char *user_name(uid_t uid) {
  static char number[16];
  struct passwd *entry = getpwuid(uid);
  if (entry != NULL) return entry->pw_name;
  snprintf(number, sizeof number, "%u", uid);
  return number;
}

static long number_after(const char *text, const char *label) {
  const char *at = strstr(text, label);
  return at == NULL ? 0 : strtol(at + strlen(label), NULL, 10);
}

static void name_tty(struct proc *p) {
  int major_number = (p->tty_number >> 8) & 0xfff, minor_number = (p->tty_number & 0xff) | ((p->tty_number >> 12) & 0xfff00);
  if (p->tty_number == 0) snprintf(p->tty, sizeof p->tty, "?");
  else if (major_number >= 136 && major_number <= 143)
    snprintf(p->tty, sizeof p->tty, "pts/%d", minor_number + (major_number - 136) * 256);
  else snprintf(p->tty, sizeof p->tty, "tty%d", minor_number);
}

static void read_args(struct proc *p) {
  static char buffer[65536];
  char path[64];
  ssize_t length;
  size_t first;
  snprintf(path, sizeof path, "/libexec/.linux/proc/%d/cmdline", p->pid);
  length = slurp(path, buffer, sizeof buffer - 1);
  if (length <= 0) {
    snprintf(buffer, sizeof buffer, p->state == 'Z' ? "<defunct>" : "[%s]", p->comm);
    p->args = strdup(buffer);
    p->argv0 = strdup(buffer);
    return;
  }
  /* set process titles leave NULs behind, and newlines would break the table */
  while (length > 0 && buffer[length - 1] == '\0') length--;
  first = strnlen(buffer, length);
  for (ssize_t i = 0; i < length; i++)
    if (buffer[i] == '\0' || buffer[i] == '\n') buffer[i] = ' ';
  buffer[length++] = ' ';
  buffer[length] = '\0';
  p->args = strdup(buffer);
  p->argv0 = strndup(buffer, first + 1);
}

static int read_one(struct proc *p, pid_t pid, long boot, long memory_kb) {
  char path[64], text[8192], *end;
  long utime, stime, start, ticks_per_second = sysconf(_SC_CLK_TCK), elapsed;
  memset(p, 0, sizeof *p);
  p->pid = pid;
  snprintf(path, sizeof path, "/libexec/.linux/proc/%d/stat", pid);
  if (slurp(path, text, sizeof text) <= 0 || (end = strrchr(text, ')')) == NULL) return 0;
  *end = '\0';
  snprintf(p->comm, sizeof p->comm, "%s", strchr(text, '(') + 1);
  if (sscanf(end + 2, "%c %d %d %d %d %d %*u %*u %*u %*u %*u %ld %ld %*d %*d %*d %d %d %*d %ld", &p->state, &p->ppid,
             &p->pgid, &p->sid, &p->tty_number, &p->tty_group, &utime, &stime, &p->nice, &p->threads, &start) != 11)
    return 0;
  p->ticks = utime + stime;
  p->start_seconds = boot + start / ticks_per_second;
  snprintf(path, sizeof path, "/libexec/.linux/proc/%d/status", pid);
  if (slurp(path, text, sizeof text) <= 0) return 0;
  if ((end = strstr(text, "\nUid:")) != NULL) sscanf(end + 5, "%u %u", &p->ruid, &p->uid);
  if ((end = strstr(text, "\nGid:")) != NULL) sscanf(end + 5, "%*u %u", &p->gid);
  p->vsz_kb = number_after(text, "\nVmSize:");
  p->rss_kb = number_after(text, "\nVmRSS:");
  snprintf(p->user, sizeof p->user, "%s", user_name(p->uid));
  snprintf(p->ruser, sizeof p->ruser, "%s", user_name(p->ruid));
  elapsed = time(NULL) - p->start_seconds;
  p->cpu = 100.0 * p->ticks / ticks_per_second / (elapsed > 0 ? elapsed : 1);
  if (p->cpu > 99.9) p->cpu = 99.9;
  p->memory = memory_kb > 0 ? 100.0 * p->rss_kb / memory_kb : 0;
  name_tty(p);
  read_args(p);
  /* of release 11: a daemon and one program more for each connection; Debian's is one program under several titles */
  if (strcmp(p->comm, "sshd") == 0 && strncmp(p->args, "sshd: ", 6) == 0 && strncmp(p->args, "sshd: /usr/sbin/sshd", 20) != 0 &&
      access("/libexec/.linux/is-older", F_OK) != 0) {
    snprintf(p->comm, sizeof p->comm, "sshd-session");
    p->args = realloc(p->args, strlen(p->args) + 9);
    memmove(p->args + 12, p->args + 4, strlen(p->args + 4) + 1);
    memcpy(p->args, "sshd-session", 12);
  }
  return 1;
}

static int by_pid(const void *a, const void *b) {
  return ((const struct proc *)a)->pid - ((const struct proc *)b)->pid;
}

struct proc *read_procs(size_t *count) {
  static char text[65536];
  long boot = 0, memory_kb = 0;
  size_t room = 256;
  struct proc *list = calloc(room, sizeof *list);
  DIR *directory = opendir("/libexec/.linux/proc");
  struct dirent *entry;
  *count = 0;
  if (slurp("/libexec/.linux/proc/stat", text, sizeof text) > 0) boot = number_after(text, "btime ");
  if (slurp("/libexec/.linux/proc/meminfo", text, sizeof text) > 0) memory_kb = number_after(text, "MemTotal:");
  while (directory != NULL && (entry = readdir(directory)) != NULL) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    if (*count == room) list = realloc(list, (room *= 2) * sizeof *list);
    if (read_one(&list[*count], atoi(entry->d_name), boot, memory_kb)) ++*count;
  }
  if (directory != NULL) closedir(directory);
  qsort(list, *count, sizeof *list, by_pid);
  return list;
}
