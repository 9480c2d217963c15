/* quick-df: df [-k] [-P] file ...: the file systems that hold them, the container's root being /dev/wd0a. */
#include "quick.h"
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* Sets PLACE and SOURCE to the mount that holds PATH: of the mounts above it the one nearest to it. */
static int find_mount(const char *path, char *place, char *source) {
  char real[PATH_MAX];
  size_t best = 0;
  struct mntent *entry;
  FILE *mounts = setmntent("/libexec/.linux/proc/mounts", "r");
  if (mounts == NULL || realpath(path, real) == NULL) return 0;
  while ((entry = getmntent(mounts)) != NULL) {
    size_t length = strlen(entry->mnt_dir);
    int is_root = length == 1;
    if (length < best || strncmp(real, entry->mnt_dir, length) != 0) continue;
    if (!is_root && real[length] != '/' && real[length] != '\0') continue;
    best = length;
    snprintf(place, PATH_MAX, "%s", entry->mnt_dir);
    snprintf(source, PATH_MAX, "%s", entry->mnt_fsname);
  }
  endmntent(mounts);
  return best > 0;
}

int quick_df(int argc, char **argv) {
  static char place[PATH_MAX], source[PATH_MAX];
  struct stat info;
  struct statvfs room;
  unsigned long long unit = 512, sizes[3];
  int posix = 0, at = 1;
  for (; at < argc && argv[at][0] == '-'; at++) {
    if (strspn(argv[at] + 1, "kP") != strlen(argv[at] + 1) || argv[at][1] == '\0') return 0;
    if (strchr(argv[at], 'k') != NULL) unit = 1024;
    if (strchr(argv[at], 'P') != NULL) posix = 1;
  }
  /* /usr/pkg as a file system of its own is a pretence that the script keeps up. */
  if (at == argc || (stat("/libexec/.linux/separate", &info) == 0 && info.st_size > 0)) return 0;
  for (int i = at; i < argc; i++)
    if (stat(argv[i], &info) != 0 || S_ISBLK(info.st_mode) || !find_mount(argv[i], place, source) || statvfs(argv[i], &room) != 0) return 0;
  const char *head = unit == 512 ? "512-blocks" : "1K-blocks";
  if (posix) printf("Filesystem %s Used Available Capacity Mounted on\n", head);
  else printf("%-12s %10s %10s %10s %4s Mounted on\n", "Filesystem", head, "Used", "Avail", "%Cap");
  for (int i = at; i < argc; i++) {
    find_mount(argv[i], place, source);
    statvfs(argv[i], &room);
    unsigned long long used = room.f_blocks - room.f_bfree, all = used + room.f_bavail;
    sizes[0] = room.f_blocks * room.f_frsize / unit;
    sizes[1] = used * room.f_frsize / unit;
    sizes[2] = room.f_bavail * room.f_frsize / unit;
    char percent[8] = "-";
    if (all > 0) snprintf(percent, sizeof percent, "%u%%", (unsigned)((used * 100 + all - 1) / all));
    printf(posix ? "%s %llu %llu %llu %s %s\n" : "%-12s %10llu %10llu %10llu %4s %s\n", strcmp(place, "/") == 0 ? "/dev/wd0a" : source, sizes[0],
           sizes[1], sizes[2], percent, place);
  }
  return 1;
}
