/* pkg_add [-AfInuVv] [-K dbdir] [-p prefix] package ...: installs binary packages from files, PKG_PATH or a URL.
 * It starts what the real one of the older releases starts: tar for the archive, and chown for what came out of it. */
#define _GNU_SOURCE
#include "pkg.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int force, dry, update, automatic, scripts = 1;
static const char *prefix;
static char work[] = "/var/tmp/pkg_add.XXXXXX";

static int usage(void) {
  fputs("usage: pkg_add [-AfhILnRuVv] [-C config] [-P destdir] [-K pkg_dbdir] [-p prefix] [-t template] "
        "[[ftp|http]://[user][:pass]@host[:port]][/path/]pkg-name ...\n", stderr);
  return 1;
}

/* ---- where packages are */

/* What a command prints. */
static char *said_by(char *const argv[]) {
  int ends[2];
  FILE *output = tmpfile();
  if (output == NULL || pipe(ends) != 0) return text_of("%s", "");
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    close(ends[0]), close(ends[1]);
    freopen("/dev/null", "r", stdin);
    freopen("/dev/null", "w", stderr);
    execvp(argv[0], argv);
    _exit(127);
  }
  close(ends[1]);
  char part[4096];
  ssize_t got;
  while ((got = read(ends[0], part, sizeof part)) > 0) fwrite(part, 1, got, output);
  close(ends[0]);
  if (child > 0) waitpid(child, NULL, 0);
  size_t size = ftell(output);
  char *text = calloc(1, size + 1);
  rewind(output);
  if (text == NULL || fread(text, 1, size, output) != size) size = 0;
  fclose(output);
  return text != NULL ? text : text_of("%s", "");
}

static int is_url(const char *address) {
  return strstr(address, "://") != NULL;
}

static int by_bytes(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

/* The packages that a server's list of a folder names: links, and names between tags. */
static struct words offered_by(const char *url) {
  size_t length = strlen(url);
  char *address = text_of("%.*s/", (int)(length > 0 && url[length - 1] == '/' ? length - 1 : length), url);
  char *rest = said_by((char *[]){"ftp", "-V", "-o", "-", address, NULL}), *word;
  struct words found = {0}, once = {0};
  while ((word = strsep(&rest, "\n<>\"")) != NULL) {
    size_t end = strlen(word);
    int begins = (word[0] >= '0' && word[0] <= '9') || (word[0] >= 'A' && word[0] <= 'Z') || (word[0] >= 'a' && word[0] <= 'z');
    if (!begins || strpbrk(word, "/ ") != NULL || end < 5 || strcmp(word + end - 4, ".tgz") != 0) continue;
    word[end - 4] = '\0';
    add_word(&found, word);
  }
  if (found.count > 0) qsort(found.word, found.count, sizeof *found.word, by_bytes);
  for (size_t i = 0; i < found.count; i++)
    if (i == 0 || strcmp(found.word[i - 1], found.word[i]) != 0) add_word(&once, found.word[i]);
  return once;
}

/* The packages that a folder or URL offers, without .tgz. */
static struct words offers(const char *place) {
  if (is_url(place)) return offered_by(place);
  struct words names = names_with(place, ".tgz"), found = {0};
  for (size_t i = 0; i < names.count; i++)
    if (is_file(text_of("%s/%s.tgz", place, names.word[i]))) add_word(&found, names.word[i]);
  return found;
}

/* A local file with what is at ADDRESS, or NULL. */
static char *fetch(const char *address) {
  struct stat info;
  if (strncmp(address, "file://", 7) == 0) address += 7;
  else if (strncmp(address, "http://", 7) == 0 || strncmp(address, "https://", 8) == 0 || strncmp(address, "ftp://", 6) == 0) {
    char *to = text_of("%s/fetched.tgz", work);
    int failed = run(1, (char *[]){"ftp", "-V", "-o", to, (char *)address, NULL});
    return failed == 0 && stat(to, &info) == 0 && info.st_size > 0 ? to : NULL;
  }
  return is_file(address) ? text_of("%s", address) : NULL;
}

static char *best_of(const char *place, const char *pattern) {
  struct words names = offers(place), found = matching(&names, pattern);
  return found.count > 0 ? found.word[0] : NULL;
}

static char *without_tgz(const char *name) {
  size_t length = strlen(name);
  return text_of("%.*s", (int)(length >= 4 && strcmp(name + length - 4, ".tgz") == 0 ? length - 4 : length), name);
}

/* The archive that satisfies WANTED, or NULL. */
static char *locate(const char *wanted) {
  const char *slash = strrchr(wanted, '/'), *path = getenv("PKG_PATH");
  char *archive = fetch(wanted), *best, *place;
  if (archive != NULL) return archive;
  if (slash != NULL) {
    archive = fetch(text_of("%s.tgz", wanted));
    if (archive != NULL || is_url(wanted)) return archive;
    place = text_of("%.*s", (int)(slash - wanted), wanted);
    best = best_of(place, slash + 1);
    return best != NULL ? text_of("%s/%s.tgz", place, best) : NULL;
  }
  char *rest = text_of("%s", path != NULL && path[0] != '\0' ? path : ".");
  while ((place = strsep(&rest, ";")) != NULL) {
    best = best_of(place, without_tgz(wanted));
    if (best == NULL) continue;
    size_t length = strlen(place);
    return fetch(text_of("%.*s/%s.tgz", (int)(length > 0 && place[length - 1] == '/' ? length - 1 : length), place, best));
  }
  return NULL;
}

/* ---- what stands in the way */

/* Those that need OLD are content with NEW. */
static int suits_all(const char *old, const char *new) {
  char *text = read_file(in_db(old, "+REQUIRED_BY"), NULL), *rest = text, *dependent;
  while (rest != NULL && (dependent = strsep(&rest, "\n")) != NULL) {
    struct words needs = behind(in_db(dependent, "+CONTENTS"), "pkgdep");
    for (size_t i = 0; i < needs.count; i++) {
      if (!fits(old, needs.word[i]) || fits(new, needs.word[i])) continue;
      fprintf(stderr, "pkg_add: Dependency of %s fulfilled by %s, but not by %s\n", dependent, old, new);
      return 0;
    }
  }
  return 1;
}

static char *installed_as(const char *pattern) {
  struct words names = installed(), found = matching(&names, pattern);
  return found.count > 0 ? found.word[0] : NULL;
}

static int has_conflict(const char *list, const char *name) {
  struct words patterns = behind(list, "pkgcfl");
  for (size_t i = 0; i < patterns.count; i++) {
    char *hit = installed_as(patterns.word[i]);
    if (hit == NULL) continue;
    fprintf(stderr, "pkg_add: Installed package `%s' conflicts with `%s'.\n", hit, name);
    return 1;
  }
  return 0;
}

/* Installs what is missing, from where ARCHIVE is: as a pkg_add of its own, whose failures are its own, too. */
static int add_needs(const char *list, const char *archive) {
  struct words needs = behind(list, "pkgdep");
  for (size_t i = 0; i < needs.count; i++) {
    if (installed_as(needs.word[i]) != NULL) continue;
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
      const char *slash = strrchr(archive, '/'), *path = getenv("PKG_PATH");
      if (slash != NULL) setenv("PKG_PATH", text_of("%.*s;%s", (int)(slash - archive), archive, path != NULL && path[0] != '\0' ? path : "."), 1);
      char *words[] = {"pkg_add", "-A", "-K", (char *)pkgdb, "-p", (char *)prefix, needs.word[i], NULL};
      if (prefix == NULL) words[4] = needs.word[i], words[5] = NULL;
      freopen("/dev/null", "r", stdin);
      execv("/usr/sbin/pkg_add", words);
      _exit(127);
    }
    if (child > 0) waitpid(child, &status, 0);
    if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    fprintf(stderr, "pkg_add: Can't install dependency %s\n", needs.word[i]);
    return 0;
  }
  return 1;
}

/* ---- the installation */

static int failed(const char *path) {
  fprintf(stderr, "pkg_add: %s: %s\n", path, strerror(errno));
  return 0;
}

/* Copies the package's description into the database: first what is to come, so that a half installed package can be deleted. */
static int describe(const char *from, const char *name) {
  struct words parts = names_with(from, "");
  if (make_folders(text_of("%s/%s", pkgdb, name)) != 0) return failed(pkgdb);
  for (size_t i = 0; i < parts.count; i++) {
    struct stat info;
    char *part = text_of("%s/%s", from, parts.word[i]), *to = in_db(name, parts.word[i]);
    if (parts.word[i][0] == '+' && stat(part, &info) == 0 && copy_file(part, to, info.st_mode & 0777) != 0) return failed(to);
  }
  if (automatic) write_file(in_db(name, "+INSTALLED_INFO"), "automatic=yes\n", 14, 0666);
  return 1;
}

/* Moves a file, to another file system, too. */
static int move(const char *from, const char *to) {
  if (rename(from, to) == 0) return 1;
  return errno == EXDEV && run(0, (char *[]){"/libexec/.linux/bin/cp", "-pP", (char *)from, (char *)to, NULL}) == 0;
}

static int place_files(const struct words *files, const char *from, const char *target) {
  struct words placed = {0};
  add_word(&placed, "chown");
  add_word(&placed, "-h");
  add_word(&placed, "0:0");
  for (size_t i = 0; i < files->count; i++) {
    char *to = text_of("%s/%s", target, files->word[i]), *folder = text_of("%s", to);
    *strrchr(folder, '/') = '\0';
    if (make_folders(folder) != 0) return failed(folder);
    if (!move(text_of("%s/%s", from, files->word[i]), to)) return failed(to);
    add_word(&placed, to);
  }
  /* A program of its own, as on the oldest releases: a run that is killed between any two calls leaves this state, too. */
  return files->count == 0 || run(0, placed.word) == 0;
}

static void tell_needed(const char *name) {
  struct words needs = behind(in_db(name, "+CONTENTS"), "pkgdep");
  for (size_t i = 0; i < needs.count; i++) {
    char *needed = installed_as(needs.word[i]);
    FILE *file = needed != NULL ? fopen(in_db(needed, "+REQUIRED_BY"), "a") : NULL;
    if (file == NULL) continue;
    fprintf(file, "%s\n", name);
    fclose(file);
  }
}

/* The start scripts of the package into /etc/rc.d. */
static void place_scripts(const struct words *files, const char *target) {
  const char *wanted = getenv("PKG_RCD_SCRIPTS"), *folder = "share/examples/rc.d/";
  if (!scripts || wanted == NULL || strcasecmp(wanted, "YES") != 0) return;
  for (size_t i = 0; i < files->count; i++) {
    const char *leaf = files->word[i] + strlen(folder);
    if (strncmp(files->word[i], folder, strlen(folder)) != 0 || strchr(leaf, '/') != NULL) continue;
    char *to = text_of("/etc/rc.d/%s", leaf);
    if (access(to, F_OK) == 0) continue;
    if (copy_file(text_of("%s/%s", target, files->word[i]), to, 0755) == 0) chmod(to, 0755);
  }
}

/* Unpacks ARCHIVE into FOLDER, which must not be there. */
static int unpack(const char *archive, const char *folder) {
  remove_tree(folder);
  if (mkdir(folder, 0777) != 0) return 0;
  return run(1, (char *[]){"tar", "xzpf", (char *)archive, "-C", (char *)folder, NULL}) == 0 &&
    is_file(text_of("%s/+CONTENTS", folder));
}

static int install_one(const char *wanted) {
  char *archive = locate(wanted), *from = text_of("%s/x", work), *list = text_of("%s/+CONTENTS", from);
  size_t required_size = 0;
  char *required = NULL;
  if (archive == NULL) return fprintf(stderr, "pkg_add: no pkg found for '%s', sorry.\n", wanted), 0;
  if (!unpack(archive, from)) return fprintf(stderr, "pkg_add: Can't open +CONTENTS of `%s'\n", wanted), 0;
  char *name = first_behind(list, "name"), *dash = strrchr(name, '-');
  char *target = prefix != NULL ? text_of("%s", prefix) : first_behind(list, "cwd");
  if (is_folder(text_of("%s/%s", pkgdb, name)) && !force)
    return fprintf(stderr, "pkg_add: package `%s' already recorded as installed\n", name), 1;
  char *other = installed_as(text_of("%.*s", (int)(dash != NULL ? (size_t)(dash - name) : strlen(name)), name));
  if (other != NULL && strcmp(other, name) != 0) {
    if (!update) return fprintf(stderr, "pkg_add: A different version of %s is already installed: %s\n", name, other), 0;
    if (!suits_all(other, name)) return 0;
  }
  if (has_conflict(list, name)) return 0;
  if (dry) return 1;
  if (!add_needs(list, archive)) return 0;
  if (other != NULL) {
    required = read_file(in_db(other, "+REQUIRED_BY"), &required_size);
    take_away(other);
  }
  struct words files = files_in(list);
  if (!describe(from, name)) return 0;
  if (required != NULL) write_file(in_db(name, "+REQUIRED_BY"), required, required_size, 0666);
  if (make_folders(target) != 0) return failed(target);
  if (!place_files(&files, from, target)) return 0;
  tell_needed(name);
  write_by_file();
  place_scripts(&files, target);
  char *message = read_file(in_db(name, "+DISPLAY"), NULL);
  if (message != NULL) fputs(message, stdout);
  return 1;
}

static void clean_up(void) {
  remove_tree(work);
}

/* What may be called here is little: a shell cleans up. */
static void end(int signal) {
  (void)signal;
  execl("/bin/sh", "sh", "-c", "rm -rf \"$0\"; exit 1", work, (char *)NULL);
  _exit(1);
}

int add_main(int argc, char **argv) {
  int option, failures = 0;
  while ((option = getopt(argc, argv, "+:AC:DfhIK:LnP:p:Rt:UuVv")) != -1) switch (option) {
      case 'f': force = 1; break;
      case 'I': scripts = 0; break;
      case 'K': pkgdb = optarg; break;
      case 'n': dry = 1; break;
      case 'p': prefix = optarg; break;
      case 'u': case 'U': update = 1; break;
      case 'A': automatic = 1; break;
      case 'V': puts(tools_version()); return 0;
      case 'C': case 'D': case 'L': case 'P': case 'R': case 't': case 'v': break;
      case '?': fprintf(stderr, "pkg_add: unknown option -- %c\n", optopt); return usage();
      default: return usage();
    }
  if (optind == argc) {
    fputs("pkg_add: missing package name(s)\n", stderr);
    return usage();
  }
  if (mkdtemp(work) == NULL) {
    perror("pkg_add: /var/tmp");
    return 1;
  }
  atexit(clean_up);
  signal(SIGHUP, end), signal(SIGINT, end), signal(SIGTERM, end);
  for (int at = optind; at < argc; at++) failures += !install_one(argv[at]);
  if (failures == 0) return 0;
  fflush(stdout);
  if (failures == 1) fputs("pkg_add: 1 package addition failed\n", stderr);
  else fprintf(stderr, "pkg_add: %d package additions failed\n", failures);
  return 1;
}
