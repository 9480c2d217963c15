/* screen-quick: what one system call does is done here and now, without a second program. Whatever is not that simple,
 * or fails, is left to the hidden program and its messages: a quick_ function that gives false has changed nothing that
 * the hidden program would mind finding done. */
#define _XOPEN_SOURCE 700
#define _GNU_SOURCE
#include "screen.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int copy_bytes(int from, int to) {
  static char buffer[65536];
  ssize_t got;
  while ((got = read(from, buffer, sizeof buffer)) > 0)
    for (ssize_t done = 0, put; done < got; done += put)
      if ((put = write(to, buffer + done, got - done)) < 0) return 0;
  return got == 0;
}

/* An octal mode of at most four digits, or -1. Directories keep set-id bits unless there are five; that is not for here. */
static int octal(const char *text) {
  char *end;
  long mode = strtol(text, &end, 8);
  return *text >= '0' && *text <= '7' && *end == '\0' && strlen(text) <= 5 && mode <= 07777 ? (int)mode : -1;
}

static int quick_cat(int count, char **words) {
  struct stat info;
  int files[64];
  if (count > 64) return 0;
  for (int i = 0; i < count; i++)
    if (words[i][0] == '-' || stat(words[i], &info) != 0 || S_ISDIR(info.st_mode) || (files[i] = open(words[i], O_RDONLY)) < 0) return 0;
  if (count == 0) {
    if (!copy_bytes(0, 1)) _exit(1);
    return 1;
  }
  for (int i = 0; i < count; i++)
    if (!copy_bytes(files[i], 1)) _exit(1);
  return 1;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)info, (void)place;
  return kind == FTW_DP ? rmdir(path) : kind == FTW_DNR ? -1 : unlink(path);
}

/* A name that must not be removed, such as `..`: the hidden program reports it. */
static int ends_in_dots(const char *path) {
  const char *leaf = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
  return *leaf == '\0' || strcmp(leaf, ".") == 0 || strcmp(leaf, "..") == 0;
}

static int quick_rm(int count, char **words) {
  struct stat info;
  /* -r makes no difference to what is no directory. */
  int whole = count > 0 && strcmp(words[0], "-rf") == 0, forced = whole || (count > 0 && strcmp(words[0], "-f") == 0);
  if (geteuid() != 0 || count == forced) return 0;
  for (int i = forced; i < count; i++) {
    if (words[i][0] == '-' || ends_in_dots(words[i])) return 0;
    if (lstat(words[i], &info) != 0 ? !forced || errno != ENOENT : (S_ISDIR(info.st_mode) && !whole)) return 0;
  }
  for (int i = forced; i < count; i++) {
    if (whole && lstat(words[i], &info) == 0 && S_ISDIR(info.st_mode)) {
      if (nftw(words[i], remove_one, 32, FTW_DEPTH | FTW_PHYS) != 0) return 0;
    } else if (unlink(words[i]) != 0 && errno != ENOENT) return 0;
  }
  return 1;
}

/* All of them, or none: what is there already is a matter of messages. */
static int make_all(int count, char **words, int mode) {
  for (int i = 0; i < count; i++) {
    if (words[i][0] != '-' && mkdir(words[i], mode < 0 ? 0777 : mode & 0777) == 0) {
      if (mode < 0 || chmod(words[i], mode) == 0) continue;
      rmdir(words[i]);
    }
    while (i-- > 0) rmdir(words[i]);
    return 0;
  }
  return count > 0;
}

/* A folder and what is missing above it. What is made here the hidden program finds done. */
static int make_whole(const char *path) {
  struct stat info;
  char part[4096];
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof part) return 0;
  if (stat(path, &info) == 0) return S_ISDIR(info.st_mode);
  for (size_t end = 1; end <= length; end++) {
    if (path[end] != '/' && path[end] != '\0') continue;
    memcpy(part, path, end);
    part[end] = '\0';
    if (mkdir(part, 0777) != 0 && (errno != EEXIST || stat(part, &info) != 0 || !S_ISDIR(info.st_mode))) return 0;
  }
  return 1;
}

static int quick_mkdir(int count, char **words) {
  if (count >= 2 && strcmp(words[0], "-p") == 0) {
    mode_t mask = umask(0);
    umask(mask);
    /* What is above must stay open to who makes it. */
    if ((mask & 0700) != 0) return 0;
    for (int i = 1; i < count; i++)
      if (words[i][0] == '-' || !make_whole(words[i])) return 0;
    return 1;
  }
  if (count >= 3 && strcmp(words[0], "-m") == 0 && octal(words[1]) >= 0) return make_all(count - 2, words + 2, octal(words[1]));
  return make_all(count, words, -1);
}

static int quick_rmdir(int count, char **words) {
  int failed = 0;
  for (int i = 0; i < count; i++)
    if (words[i][0] == '-') return 0;
  for (int i = 0; i < count; i++) {
    if (rmdir(words[i]) == 0) continue;
    if (i == 0) return 0;
    fprintf(stderr, "rmdir: %s: %s\n", words[i], strerror(errno));
    failed = 1;
  }
  if (failed) _exit(1);
  return count > 0;
}

static int quick_chmod(int count, char **words) {
  struct stat info;
  int mode = count >= 2 ? octal(words[0]) : -1;
  if (mode < 0) return 0;
  for (int i = 1; i < count; i++)
    if (words[i][0] == '-' || stat(words[i], &info) != 0 || (S_ISDIR(info.st_mode) && (info.st_mode & 06000) != 0 && strlen(words[0]) < 5))
      return 0;
  for (int i = 1; i < count; i++)
    if (chmod(words[i], mode) != 0) return 0;
  return 1;
}

/* USER:GROUP, by number or by name */
static int find_owner(const char *text, uid_t *user, gid_t *group) {
  char name[64], *end;
  const char *colon = strchr(text, ':');
  if (colon == NULL || colon == text || colon[1] == '\0' || (size_t)(colon - text) >= sizeof name) return 0;
  memcpy(name, text, colon - text);
  name[colon - text] = '\0';
  *user = strtoul(name, &end, 10);
  struct passwd *one = *end != '\0' ? getpwnam(name) : NULL;
  if (one != NULL) *user = one->pw_uid;
  if (*end != '\0' && one == NULL) return 0;
  *group = strtoul(colon + 1, &end, 10);
  struct group *other = *end != '\0' ? getgrnam(colon + 1) : NULL;
  if (other != NULL) *group = other->gr_gid;
  return *end == '\0' || other != NULL;
}

static int quick_chown(int count, char **words) {
  uid_t user;
  gid_t group;
  int link = count > 0 && strcmp(words[0], "-h") == 0;
  if (count < link + 2 || words[link][0] == '-' || !find_owner(words[link], &user, &group)) return 0;
  for (int i = link + 1; i < count; i++)
    if (words[i][0] == '-' || fchownat(AT_FDCWD, words[i], user, group, link ? AT_SYMLINK_NOFOLLOW : 0) != 0) return 0;
  return 1;
}

static int quick_touch(int count, char **words) {
  struct stat info;
  if (count != 3 || strcmp(words[0], "-r") != 0 || words[2][0] == '-' || stat(words[1], &info) != 0) return 0;
  struct timespec times[2] = {info.st_atim, info.st_mtim};
  int made = open(words[2], O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (made >= 0) close(made);
  return utimensat(AT_FDCWD, words[2], times, 0) == 0;
}

/* The path that a file gets in a folder; NULL if its name is not that simple. */
static char *place_in(const char *folder, const char *path) {
  static char place[4096];
  const char *leaf = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
  if (path[0] == '-' || ends_in_dots(path) || strlen(folder) + strlen(leaf) + 2 > sizeof place) return NULL;
  strcpy(place, folder);
  if (place[0] == '\0' || place[strlen(place) - 1] != '/') strcat(place, "/");
  return strcat(place, leaf);
}

/* Names into a folder in which no folder has one of them. */
static int move_all(int count, char **words, const char *folder) {
  struct stat from, to, into;
  int failed = 0;
  if (folder[0] == '-' || stat(folder, &into) != 0 || !S_ISDIR(into.st_mode)) return 0;
  for (int i = 0; i < count; i++) {
    char *place = place_in(folder, words[i]);
    if (place == NULL || lstat(words[i], &from) != 0) return 0;
    if (lstat(place, &to) == 0 && (S_ISDIR(to.st_mode) || to.st_ino == from.st_ino)) return 0;
  }
  for (int i = 0; i < count; i++) {
    char *place = place_in(folder, words[i]);
    if (rename(words[i], place) == 0) continue;
    if (i == 0) return 0;
    fprintf(stderr, "mv: rename %s to %s: %s\n", words[i], place, strerror(errno));
    failed = 1;
  }
  if (failed) _exit(1);
  return 1;
}

static int quick_mv(int count, char **words) {
  struct stat from, to;
  int at = count >= 3 && strcmp(words[0], "-f") == 0;
  if (at && geteuid() == 0 && stat(words[count - 1], &to) == 0 && S_ISDIR(to.st_mode)) return move_all(count - 2, words + 1, words[count - 1]);
  if (geteuid() != 0 || count != at + 2 || words[at][0] == '-' || words[at + 1][0] == '-') return 0;
  const char *source = words[at], *target = words[at + 1];
  if (target[0] == '\0' || target[strlen(target) - 1] == '/' || lstat(source, &from) != 0) return 0;
  if (stat(target, &to) == 0 && S_ISDIR(to.st_mode)) return 0;
  if (lstat(target, &to) == 0 && to.st_ino == from.st_ino) return 0;
  return rename(source, target) == 0;
}

static int quick_ln(int count, char **words) {
  struct stat info;
  if (count == 4 && strcmp(words[0], "-s") == 0 && strcmp(words[1], "--") == 0) {
    words++, count--;
    words[0] = "-s";
  }
  if (count == 3 && strcmp(words[0], "-s") == 0 && words[1][0] != '-' && words[2][0] != '-')
    return lstat(words[2], &info) != 0 && symlink(words[1], words[2]) == 0;
  return count == 2 && words[0][0] != '-' && words[1][0] != '-' && lstat(words[0], &info) == 0 && S_ISREG(info.st_mode) &&
         lstat(words[1], &info) != 0 && link(words[0], words[1]) == 0;
}

/* A new plain file beside others; one that is there already, or has set-id bits to lose, is not that simple. */
static int copy_one(int count, char **words) {
  struct stat info;
  int keep = count == 3 && strcmp(words[0], "-p") == 0, from, to, good;
  if (count != keep + 2 || words[keep][0] == '-' || words[keep + 1][0] == '-') return 0;
  if (stat(words[keep], &info) != 0 || !S_ISREG(info.st_mode) || (!keep && (info.st_mode & 07000) != 0)) return 0;
  if ((from = open(words[keep], O_RDONLY)) < 0) return 0;
  if ((to = open(words[keep + 1], O_WRONLY | O_CREAT | O_EXCL, keep ? 0600 : info.st_mode & 0777)) < 0) {
    close(from);
    return 0;
  }
  good = copy_bytes(from, to);
  if (good && keep) {
    struct timespec times[2] = {info.st_atim, info.st_mtim};
    good = fchown(to, info.st_uid, info.st_gid) == 0 && fchmod(to, info.st_mode & 07777) == 0 && futimens(to, times) == 0;
  }
  if (close(to) != 0) good = 0;
  close(from);
  if (!good) unlink(words[keep + 1]);
  return good;
}

/* All of them into a folder, or none. */
static int quick_cp(int count, char **words) {
  struct stat info;
  if (count < 2 || words[0][0] == '-' || stat(words[count - 1], &info) != 0 || !S_ISDIR(info.st_mode)) return copy_one(count, words);
  for (int i = 0; i < count - 1; i++) {
    char *place = place_in(words[count - 1], words[i]);
    if (place != NULL && copy_one(2, (char *[]){words[i], place})) continue;
    while (i-- > 0) unlink(place_in(words[count - 1], words[i]));
    return 0;
  }
  return 1;
}

/* tail -c +N file: what a follower of growing logs asks for */
static int quick_tail(int count, char **words) {
  struct stat info;
  char *end;
  if (count != 3 || strcmp(words[0], "-c") != 0 || words[1][0] != '+' || words[1][1] < '0' || words[1][1] > '9' || words[2][0] == '-') return 0;
  long long from = strtoll(words[1] + 1, &end, 10);
  int file = *end == '\0' ? open(words[2], O_RDONLY) : -1;
  if (file < 0 || fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) return 0;
  if (lseek(file, from > 0 ? from - 1 : 0, SEEK_SET) < 0) return 0;
  if (!copy_bytes(file, 1)) _exit(1);
  return 1;
}

static const struct {
  const char *name;
  int (*run)(int count, char **words);
} quick[] = {
    {"cat", quick_cat},     {"rm", quick_rm},       {"mkdir", quick_mkdir}, {"rmdir", quick_rmdir}, {"chmod", quick_chmod},
    {"chown", quick_chown}, {"touch", quick_touch}, {"mv", quick_mv},       {"ln", quick_ln},       {"cp", quick_cp},
    {"tail", quick_tail},
};

int done_quickly(const char *name, int argc, char **argv) {
  int skip;
  for (size_t i = 0; i < sizeof quick / sizeof *quick; i++) {
    if (strcmp(quick[i].name, name) != 0) continue;
    /* `--` ends options that were none; an operand with a dash is not that simple. */
    skip = argc > 1 && strcmp(argv[1], "--") == 0;
    return quick[i].run(argc - 1 - skip, argv + 1 + skip);
  }
  return 0;
}
