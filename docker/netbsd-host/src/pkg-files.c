/* pkg-files: lists of words, and what the pkg_* commands do with files and programs. */
#define _GNU_SOURCE
#include "pkg.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void *or_die(void *memory) {
  if (memory != NULL) return memory;
  fputs("Cannot allocate memory\n", stderr);
  exit(1);
}

void add_word(struct words *words, const char *word) {
  words->word = or_die(realloc(words->word, (words->count + 2) * sizeof *words->word));
  words->word[words->count++] = or_die(strdup(word));
  words->word[words->count] = NULL;
}

char *text_of(const char *format, ...) {
  va_list list;
  char *text = NULL;
  va_start(list, format);
  if (vasprintf(&text, format, list) < 0) text = NULL;
  va_end(list);
  return or_die(text);
}

int is_file(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

int is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

char *read_file(const char *path, size_t *size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat info;
  if (fd < 0) return NULL;
  size_t room = fstat(fd, &info) == 0 ? (size_t)info.st_size : 0, length = 0;
  char *text = or_die(malloc(room + 1));
  ssize_t got;
  while (length < room && (got = read(fd, text + length, room - length)) > 0) length += got;
  close(fd);
  text[length] = '\0';
  if (size != NULL) *size = length;
  return text;
}

int write_file(const char *path, const char *text, size_t size, mode_t mode) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  ssize_t put = 0;
  if (fd < 0) return -1;
  for (; size > 0 && (put = write(fd, text, size)) > 0; size -= put) text += put;
  return close(fd) != 0 || size > 0 ? -1 : 0;
}

int copy_file(const char *from, const char *to, mode_t mode) {
  size_t size;
  char *text = read_file(from, &size);
  int status = text != NULL ? write_file(to, text, size, mode) : -1;
  free(text);
  return status;
}

int make_folders(const char *path) {
  char *part = text_of("%s", path);
  for (char *at = part + 1; *at != '\0'; at++) {
    if (*at != '/') continue;
    *at = '\0';
    if (mkdir(part, 0777) != 0 && errno != EEXIST) break;
    *at = '/';
  }
  int status = mkdir(part, 0777) == 0 || is_folder(part) ? 0 : -1;
  free(part);
  return status;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where) {
  (void)info, (void)kind, (void)where;
  return remove(path), 0;
}

void remove_tree(const char *path) {
  nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int by_bytes(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

struct words names_with(const char *folder, const char *tail) {
  struct words names = {0};
  DIR *directory = opendir(folder[0] != '\0' ? folder : "/");
  struct dirent *entry;
  size_t length = strlen(tail);
  while (directory != NULL && (entry = readdir(directory)) != NULL) {
    size_t whole = strlen(entry->d_name);
    if (entry->d_name[0] == '.' || whole < length || strcmp(entry->d_name + whole - length, tail) != 0) continue;
    add_word(&names, entry->d_name);
  }
  if (directory != NULL) closedir(directory);
  if (names.count > 0) qsort(names.word, names.count, sizeof *names.word, by_bytes);
  for (size_t i = 0; i < names.count; i++) names.word[i][strlen(names.word[i]) - length] = '\0';
  return names;
}

int run(int silent, char *const argv[]) {
  int status = 0;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    if (silent) dup2(null, 1), dup2(null, 2);
    execvp(argv[0], argv);
    _exit(127);
  }
  if (child < 0) return -1;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
