/* pkg_admin command [argument ...]: the questions about packages that scripts ask.
 * pkg_delete [-DfnrRVv] [-K dbdir] package ...: takes a package's files away, and its folders if they are empty. */
#include "pkg.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int usage(void) {
  fputs("usage: pkg_admin [-bqSvV] [-C config] [-d lsdir] [-K pkg_dbdir] [-s sfx] command [args ...]\nWhere command may be one of "
        "add, audit, check, config-var, delete, dump, lsall, lsbest, pmatch, rebuild, set, unset\n", stderr);
  return 1;
}

static int check(void) {
  struct words names = installed();
  for (size_t i = 0; i < names.count; i++) {
    char *list = in_db(names.word[i], "+CONTENTS"), *base = first_behind(list, "cwd");
    struct words files = files_in(list);
    for (size_t j = 0; j < files.count; j++) {
      char *path = text_of("%s/%s", base, files.word[j]);
      if (access(path, F_OK) != 0)
        fprintf(stderr, "pkg_admin: %s: File `%s' is in +CONTENTS but not on filesystem!\n", names.word[i], path);
    }
  }
  printf("Checked %zu packages.\n", names.count);
  return 0;
}

static int rebuild(void) {
  struct words names = installed();
  size_t count = 0;
  write_by_file();
  for (size_t i = 0; i < names.count; i++) count += files_in(in_db(names.word[i], "+CONTENTS")).count;
  printf("Stored %zu files and 0 explicit directories from %zu packages in %s/pkgdb.byfile.db.\n", count, names.count, pkgdb);
  return 0;
}

/* The archives that match, with their folder; the best alone unless ALL. */
static int list(int all, char **wanted) {
  for (; *wanted != NULL; wanted++) {
    char *slash = strrchr(*wanted, '/'), here[PATH_MAX];
    char *folder = slash != NULL ? text_of("%.*s", (int)(slash - *wanted), *wanted) : text_of("%s", ".");
    struct words names = names_with(folder, ".tgz"), files = {0};
    for (size_t i = 0; i < names.count; i++)
      if (is_file(text_of("%s/%s.tgz", folder, names.word[i]))) add_word(&files, names.word[i]);
    struct words found = matching(&files, slash != NULL ? slash + 1 : *wanted);
    if (folder[0] != '/' && getcwd(here, sizeof here) != NULL)
      folder = strcmp(folder, ".") == 0 ? text_of("%s", here) : text_of("%s/%s", here, folder);
    for (size_t i = 0; i < (all || found.count == 0 ? found.count : 1); i++) printf("%s/%s.tgz\n", folder, found.word[i]);
  }
  return 0;
}

static int config_var(const char *name) {
  if (name == NULL) name = "";
  const char *path = getenv("PKG_PATH"), *value = "";
  if (strcmp(name, "PKG_PATH") == 0) value = path != NULL ? path : "";
  else if (strcmp(name, "PKG_DBDIR") == 0) value = pkgdb;
  else if (strcmp(name, "VERIFIED_INSTALLATION") == 0 || strcmp(name, "CHECK_VULNERABILITIES") == 0) value = "never";
  puts(value);
  return 0;
}

int admin_main(int argc, char **argv) {
  int option;
  while ((option = getopt(argc, argv, "+:bC:d:K:qSs:Vv")) != -1) switch (option) {
      case 'K': pkgdb = optarg; break;
      case 'V': puts(tools_version()); return 0;
      case '?': case ':': return usage();
    }
  if (optind == argc) return usage();
  const char *command = argv[optind++];
  if (strcmp(command, "check") == 0) return check();
  if (strcmp(command, "rebuild") == 0) return rebuild();
  if (strcmp(command, "pmatch") == 0) return argc - optind == 2 ? !fits(argv[optind + 1], argv[optind]) : usage();
  if (strcmp(command, "lsall") == 0 || strcmp(command, "lsbest") == 0) return list(command[2] == 'a', argv + optind);
  if (strcmp(command, "config-var") == 0) return config_var(argv[optind]);
  if (strcmp(command, "audit") != 0 && strcmp(command, "fetch-pkg-vulnerabilities") != 0) return usage();
  fputs("pkg_admin: Cannot open `/var/db/pkg/pkg-vulnerabilities': No such file or directory\n", stderr);
  return 1;
}

/* Deletes one package; 0 when others still need it. */
static int delete_one(const char *name, int force, int dry) {
  size_t size = 0;
  char *dependents = read_file(in_db(name, "+REQUIRED_BY"), &size), *rest = dependents, *line;
  if (size > 0) {
    fprintf(stderr, "pkg_delete: Package `%s' is still required by other packages:\n", name);
    while ((line = strsep(&rest, "\n")) != NULL)
      if (line[0] != '\0' || rest != NULL) fprintf(stderr, "\t%s\n", line);
    if (!force) return 0;
  }
  if (!dry) take_away(name);
  return 1;
}

int delete_main(int argc, char **argv) {
  int option, dry = 0, force = 0, status = 0;
  while ((option = getopt(argc, argv, "+:ADFfK:kNnOP:p:RrVv")) != -1) switch (option) {
      case 'K': pkgdb = optarg; break;
      case 'n': dry = 1; break;
      case 'f': force = 1; break;
      case 'V': puts(tools_version()); return 0;
      case '?': case ':':
        fprintf(stderr, "pkg_delete: unknown option -- %c\n", optopt);
        fputs("usage: pkg_delete [-ADFfkNnORrVv] [-K pkg_dbdir] [-P destdir] [-p prefix] pkg-name ...\n", stderr);
        return 1;
    }
  if (optind == argc) return fputs("pkg_delete: missing package name(s)\n", stderr), 1;
  if (!is_folder(pkgdb)) return fputs("pkg_delete: Opening pkgdb failed\n", stderr), 1;
  for (int at = optind; at < argc; at++) {
    struct words all = installed(), names = matching(&all, argv[at]);
    if (names.count == 0) fprintf(stderr, "pkg_delete: No matching package for `%s' found\n", argv[at]), status = 1;
    for (size_t i = 0; i < names.count; i++)
      if (!delete_one(names.word[i], force, dry)) status = 1;
  }
  return status;
}
