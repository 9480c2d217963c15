/* pkg: pkg_add, pkg_admin, pkg_delete and pkg_info, by the name that it is called with. */
#include "pkg.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int (*command)(int argc, char **argv);
  } commands[] = {{"pkg_add", add_main}, {"pkg_admin", admin_main}, {"pkg_delete", delete_main}, {"pkg_info", info_main}};
  const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0], *place = getenv("PKG_DBDIR");
  if (place != NULL && place[0] != '\0') pkgdb = place;
  opterr = 0;
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strcmp(commands[i].name, name) == 0) return commands[i].command(argc, argv);
  fprintf(stderr, "%s: no such command\n", name);
  return 127;
}
