/* pkg_info [-aBbcDdEeFfIiLmNnpQqRrSsVvX] [pattern ...]: what is installed, and what it holds. */
#include "pkg.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int quiet, all;
static const char *variable;
static char parts[64];

static int usage(void) {
  fputs("usage: pkg_info [-BbcDdFfhIikLmNnpqrRsSvVX] [-e package] [-E package]\n"
        "                [-K pkg_dbdir] [-l prefix] pkg-name ...\n"
        "       pkg_info [-a | -u] [flags]\n"
        "       pkg_info [-Q variable] pkg-name ...\n", stderr);
  return 1;
}

/* The packages that FILE came from. */
static struct words owners_of(const char *file) {
  struct words names = installed(), found = {0};
  for (size_t i = 0; i < names.count; i++) {
    char *list = in_db(names.word[i], "+CONTENTS"), *base = first_behind(list, "cwd");
    struct words files = files_in(list);
    size_t length = strlen(base), j = 0;
    if (strncmp(file, base, length) != 0 || file[length] != '/') continue;
    while (j < files.count && strcmp(files.word[j], file + length + 1) != 0) j++;
    if (j < files.count) add_word(&found, names.word[i]);
  }
  return found;
}

static void print_file(const char *path) {
  char *text = read_file(path, NULL);
  if (text != NULL) fputs(text, stdout);
  free(text);
}

static void print_words(const struct words *words, const char *before) {
  for (size_t i = 0; i < words->count; i++) printf("%s%s\n", before, words->word[i]);
}

/* The text of a package's file without the newlines at its end. */
static char *line_in(const char *name, const char *file) {
  char *text = read_file(in_db(name, file), NULL);
  if (text == NULL) return text_of("%s", "");
  for (size_t length = strlen(text); length > 0 && text[length - 1] == '\n';) text[--length] = '\0';
  return text;
}

static void section(const char *title, const char *path) {
  if (!is_file(path)) return;
  if (!quiet) printf("%s:\n", title);
  print_file(path);
  if (!quiet) putchar('\n');
}

static void print_variable(const char *name) {
  char *text = read_file(in_db(name, "+BUILD_INFO"), NULL), *rest = text, *line;
  size_t length = strlen(variable);
  while (rest != NULL && (line = strsep(&rest, "\n")) != NULL)
    if (strncmp(line, variable, length) == 0 && line[length] == '=') puts(line + length + 1);
  free(text);
}

static void show_part(const char *name, char part) {
  char *list = in_db(name, "+CONTENTS"), *base = first_behind(list, "cwd");
  struct words files = files_in(list), needs = behind(list, "pkgdep");
  switch (part) {
    case 'c': section("Comment", in_db(name, "+COMMENT")); break;
    case 'd': section("Description", in_db(name, "+DESC")); break;
    case 'D': section("Install notice", in_db(name, "+DISPLAY")); break;
    case 'B': case 'b': section("Build information", in_db(name, "+BUILD_INFO")); break;
    case 'f': section("Packing list", list); break;
    case 'S': case 's': section("Size of this package in bytes", in_db(name, "+SIZE_PKG")); break;
    case 'R': section("Required by", in_db(name, "+REQUIRED_BY")); break;
    case 'p': if (base[0] != '\0') puts(base); break;
    case 'L':
      if (!quiet) puts("Files:");
      print_words(&files, text_of("%s/", base));
      if (!quiet) putchar('\n');
      break;
    case 'n': case 'N':
      if (needs.count == 0) break;
      if (!quiet) puts("Requires:");
      print_words(&needs, "");
      if (!quiet) putchar('\n');
  }
}

static void show(const char *name) {
  if (variable != NULL) {
    print_variable(name);
    return;
  }
  if (strcmp(parts, "X") == 0) {
    struct words names = behind(in_db(name, "+CONTENTS"), "name");
    print_words(&names, "PKGNAME=");
    printf("COMMENT=%s\n\n", line_in(name, "+COMMENT"));
    return;
  }
  if (strcmp(parts, "I") == 0) {
    printf("%-19s %s\n", name, line_in(name, "+COMMENT"));
    return;
  }
  if (!quiet) printf("Information for %s:\n\n", name);
  for (const char *part = parts[0] != '\0' ? parts : "cdD"; *part != '\0'; part++) show_part(name, *part);
  if (!quiet && parts[0] == '\0') putchar('\n');
}

static void show_installed(const struct words *names) {
  for (size_t i = 0; i < names->count; i++)
    if (all && (parts[0] != '\0' || variable != NULL)) show(names->word[i]);
    else if (quiet) puts(names->word[i]);
    else printf("%-19s %s\n", names->word[i], line_in(names->word[i], "+COMMENT"));
}

int info_main(int argc, char **argv) {
  const char *exists = NULL, *best = NULL;
  int option, by_file = 0, status = 0;
  while ((option = getopt(argc, argv, "+:aBbcDdE:e:FfhIiK:kLl:mNnpQ:qRrSsuVvX")) != -1) switch (option) {
      case 'a': case 'u': all = 1; break;
      case 'q': quiet = 1; break;
      case 'F': by_file = 1; break;
      case 'e': exists = optarg; break;
      case 'E': best = optarg; break;
      case 'Q': variable = optarg; break;
      case 'K': pkgdb = optarg; break;
      case 'V': puts(tools_version()); return 0;
      case '?': fprintf(stderr, "pkg_info: unknown option -- %c\n", optopt); return usage();
      case ':': fprintf(stderr, "pkg_info: option requires an argument -- %c\n", optopt); return usage();
      case 'h': case 'i': case 'k': case 'l': case 'v': break;
      default: if (strlen(parts) + 1 < sizeof parts) parts[strlen(parts)] = option;
    }
  struct words names = installed();
  if (exists != NULL || best != NULL) {
    const char *wanted = exists != NULL ? exists : best;
    int file = by_file && exists != NULL;
    struct words found = file ? owners_of(wanted) : matching(&names, wanted);
    if (file && found.count == 0) fprintf(stderr, "pkg_info: No matching pkg for %s.\n", wanted);
    if (found.count == 0) return 1;
    if (exists == NULL) found.count = 1;
    if (!quiet) print_words(&found, "");
    return 0;
  }
  if (optind == argc) show_installed(&names);
  for (int at = optind; at < argc; at++) {
    size_t length = strlen(argv[at]);
    int archive = length > 4 && strcmp(argv[at] + length - 4, ".tgz") == 0;
    struct words found = by_file ? owners_of(argv[at]) : matching(&names, text_of("%.*s", (int)(length - (archive ? 4 : 0)), argv[at]));
    if (found.count == 0) {
      fflush(stdout);
      fprintf(stderr, "pkg_info: can't find package `%s'\n", argv[at]);
      status = 1;
    }
    for (size_t i = 0; i < found.count; i++) show(found.word[i]);
  }
  return status;
}
