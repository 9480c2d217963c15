/* pkg-db: the package database in /var/db/pkg: a folder for each package, with its list of files in +CONTENTS. */
#include "pkg.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *pkgdb = "/var/db/pkg";

const char *tools_version(void) {
  return access("/libexec/.linux/is-older", F_OK) == 0 ? "20120221" : "20260227";
}

char *in_db(const char *name, const char *file) {
  return text_of("%s/%s/%s", pkgdb, name, file);
}

struct words installed(void) {
  struct words all = names_with(pkgdb, ""), found = {0};
  for (size_t i = 0; i < all.count; i++) {
    char *list = in_db(all.word[i], "+CONTENTS");
    if (is_file(list)) add_word(&found, all.word[i]);
    free(list);
  }
  return found;
}

/* The lines of a file; none when there is no such file. */
static struct words lines_of(const char *path) {
  struct words lines = {0};
  char *text = read_file(path, NULL), *rest = text, *line;
  while (rest != NULL && *rest != '\0') {
    line = strsep(&rest, "\n");
    add_word(&lines, line);
  }
  free(text);
  return lines;
}

struct words behind(const char *path, const char *word) {
  struct words lines = lines_of(path), found = {0};
  size_t length = strlen(word);
  for (size_t i = 0; i < lines.count; i++) {
    const char *line = lines.word[i];
    if (line[0] == '@' && strncmp(line + 1, word, length) == 0 && line[1 + length] == ' ') add_word(&found, line + length + 2);
  }
  return found;
}

char *first_behind(const char *path, const char *word) {
  struct words found = behind(path, word);
  return found.count > 0 ? found.word[0] : text_of("%s", "");
}

struct words files_in(const char *path) {
  struct words lines = lines_of(path), found = {0};
  for (size_t i = 0; i < lines.count; i++)
    if (strchr("@+", lines.word[i][0]) == NULL) add_word(&found, lines.word[i]);
  return found;
}

void write_by_file(void) {
  struct words names = installed();
  char *path = text_of("%s/pkgdb.byfile.db", pkgdb);
  FILE *file = fopen(path, "w");
  for (size_t i = 0; file != NULL && i < names.count; i++) {
    char *list = in_db(names.word[i], "+CONTENTS"), *base = first_behind(list, "cwd");
    struct words files = files_in(list);
    for (size_t j = 0; j < files.count; j++) fprintf(file, "%s/%s %s\n", base, files.word[j], names.word[i]);
    free(list);
  }
  if (file == NULL) perror(path);
  else fclose(file);
  free(path);
}

/* NEEDED is no longer required by NAME. */
static void forget_need(const char *name, const char *needed) {
  char *path = in_db(needed, "+REQUIRED_BY"), *next = text_of("%s/.required", pkgdb);
  struct words lines = lines_of(path);
  size_t left = 0;
  FILE *file = lines.count > 0 ? fopen(next, "w") : NULL;
  for (size_t i = 0; file != NULL && i < lines.count; i++)
    if (strcmp(lines.word[i], name) != 0) left++, fprintf(file, "%s\n", lines.word[i]);
  if (file != NULL) fclose(file);
  if (file != NULL && left > 0) rename(next, path);
  else unlink(next), unlink(path);
  free(path);
  free(next);
}

void take_away(const char *name) {
  char *list = in_db(name, "+CONTENTS"), *base = first_behind(list, "cwd"), *folder = in_db(name, "");
  struct words files = files_in(list), needs = behind(list, "pkgdep"), gone = {0};
  add_word(&gone, "rm");
  add_word(&gone, "-f");
  for (size_t i = 0; i < files.count; i++) {
    char *path = text_of("%s/%s", base, files.word[i]);
    add_word(&gone, path);
    free(path);
  }
  /* A program of its own, as on the oldest releases: a run that is killed between any two calls leaves this state, too. */
  if (files.count > 0) run(0, gone.word);
  for (size_t i = 0; i < files.count; i++) {
    char *path = text_of("%s/%s", base, files.word[i]);
    for (char *end; (end = strrchr(path, '/')) > path + strlen(base);) {
      *end = '\0';
      if (rmdir(path) != 0) break;
    }
    free(path);
  }
  rmdir(base);
  struct words others = installed();
  for (size_t i = 0; i < needs.count; i++) {
    struct words needed = matching(&others, needs.word[i]);
    for (size_t j = 0; j < needed.count; j++) forget_need(name, needed.word[j]);
  }
  remove_tree(folder);
  write_by_file();
}
