/* pkg: what the pkg_* commands share: lists of words, the package database, and how patterns match. */
#ifndef PKG_H
#define PKG_H
#include <stddef.h>
#include <sys/types.h>

/* Words, in the order in which they were added. */
struct words {
  char **word;
  size_t count;
};

void add_word(struct words *words, const char *word);
/* TEXT as printf makes it, in memory of its own. */
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- pkg-match.c */

/* 1 when the package NAME-VERSION fits PATTERN: a name, name-version, a glob, name>=1<2, or {several,of,them}. */
int fits(const char *full, const char *pattern);
/* Those of NAMES that fit, the newest first. */
struct words matching(const struct words *names, const char *pattern);

/* ---- pkg-files.c */

int is_file(const char *path);
int is_folder(const char *path);
/* The whole file, ended by a zero byte; NULL when it cannot be read. Sets *SIZE unless that is NULL. */
char *read_file(const char *path, size_t *size);
int write_file(const char *path, const char *text, size_t size, mode_t mode);
int copy_file(const char *from, const char *to, mode_t mode);
int make_folders(const char *path);
void remove_tree(const char *path);
/* The names in FOLDER that end in TAIL, without it, in the order of a glob. Hidden names are left out. */
struct words names_with(const char *folder, const char *tail);
/* Runs a program without input and waits; -1 when it did not exit. SILENT: says nothing. */
int run(int silent, char *const argv[]);

/* ---- pkg-db.c */

extern const char *pkgdb;
const char *tools_version(void);
/* The names of all installed packages. */
struct words installed(void);
char *in_db(const char *name, const char *file);
/* What stands behind `@WORD ` in the list of files at PATH. */
struct words behind(const char *path, const char *word);
/* The first of them, or nothing. */
char *first_behind(const char *path, const char *word);
/* The files in the list at PATH, as they stand there. */
struct words files_in(const char *path);
/* Writes the database of files (text here, whatever its name says). */
void write_by_file(void);
/* Takes a package's files away, its folders where they are empty, and its part of the database. */
void take_away(const char *name);

/* ---- the commands */

int add_main(int argc, char **argv);
int info_main(int argc, char **argv);
int delete_main(int argc, char **argv);
int admin_main(int argc, char **argv);
#endif
