/* chroot [-u user] [-g group] [-G group,...] newroot [command]: chroot(8) with its error texts. */
#include <err.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void usage(void) {
  fprintf(stderr, "usage: chroot [-g group] [-G group,group,...] [-u user] newroot [command]\n");
  exit(1);
}

static gid_t group_id(const char *name) {
  struct group *entry = getgrnam(name);
  char *end;
  unsigned long id;
  if (entry != NULL) return entry->gr_gid;
  id = strtoul(name, &end, 10);
  if (*name == '\0' || *end != '\0') errx(1, "no such group `%s'", name);
  return id;
}

int main(int argc, char **argv) {
  const char *user = NULL, *group = NULL;
  char *groups = NULL, *word;
  gid_t list[64];
  int count = 0, option;
  uid_t uid = 0;
  gid_t gid = 0;
  opterr = 0;
  while ((option = getopt(argc, argv, "+G:g:u:")) != -1) switch (option) {
      case 'u': user = optarg; break;
      case 'g': group = optarg; break;
      case 'G': groups = optarg; break;
      default: fprintf(stderr, "chroot: unknown option -- %c\n", optopt); usage();
    }
  argv += optind;
  if (argc == optind) usage();
  if (group != NULL) gid = group_id(group);
  for (word = groups ? strtok(groups, ",") : NULL; word != NULL && count < 64; word = strtok(NULL, ","))
    list[count++] = group_id(word);
  if (user != NULL) {
    struct passwd *entry = getpwnam(user);
    if (entry != NULL) uid = entry->pw_uid, gid = group ? gid : entry->pw_gid;
    else if ((uid = strtoul(user, &word, 10)), *word != '\0') errx(1, "no such user `%s'", user);
  }
  if (chdir(argv[0]) == -1) err(1, "%s", argv[0]);
  if (chroot(".") == -1) err(1, "%s", argv[0]);
  if (count > 0 && setgroups(count, list) == -1) err(1, "setgroups");
  if (user != NULL && count == 0) setgroups(1, &gid);
  if ((group != NULL || user != NULL) && setgid(gid) == -1) err(1, "setgid");
  if (user != NULL && setuid(uid) == -1) err(1, "setuid");
  if (argv[1] != NULL) {
    execvp(argv[1], &argv[1]);
    err(1, "%s", argv[1]);
  }
  const char *shell = getenv("SHELL");
  if (shell == NULL) shell = "/bin/sh";
  execlp(shell, shell, "-i", (char *)NULL);
  err(1, "%s", shell);
}
