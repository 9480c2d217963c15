/* Part of libutil.so.7: what BIND does otherwise on Linux than on NetBSD. On Linux named changes its user before it
 * reads anything and keeps a few capabilities; here it is root, whole, until its sockets and keys are there, as on
 * NetBSD, and then nothing of root is left. Its sockets reach private addresses only: a practice host asks nobody. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int user_waits, group_waits;
static uid_t later_user;
static gid_t later_group;

static int is_named(void) { return strcmp(program_invocation_short_name, "named") == 0; }

/* ---- the change of user, put off to where NetBSD's named makes it ---- */
int setgid(gid_t group) {
  int (*real)(gid_t) = (int (*)(gid_t))dlsym(RTLD_NEXT, "setgid");
  if (!is_named() || geteuid() != 0) return real(group);
  later_group = group;
  group_waits = 1;
  return 0;
}

int setuid(uid_t user) {
  int (*real)(uid_t) = (int (*)(uid_t))dlsym(RTLD_NEXT, "setuid");
  if (!is_named() || geteuid() != 0 || user == 0) return real(user);
  later_user = user;
  user_waits = 1;
  return 0;
}

/* It makes sure that it is who it wants to be. */
uid_t getuid(void) { return user_waits ? later_user : (uid_t)syscall(SYS_getuid); }
gid_t getgid(void) { return group_waits ? later_group : (gid_t)syscall(SYS_getgid); }

/* named asks this instead of isc_file_isdirwritable (see patch-bind.pl), of "." right after the place where it would change
 * its user; and it is content, as NetBSD's package is: an unwritable directory is not fatal. */
_Bool muster_dir_is_writable(const char *path) {
  int (*real_gid)(gid_t) = (int (*)(gid_t))dlsym(RTLD_NEXT, "setgid");
  int (*real_uid)(uid_t) = (int (*)(uid_t))dlsym(RTLD_NEXT, "setuid");
  if (strcmp(path, ".") != 0) return 1;
  if (group_waits && real_gid(later_group) != 0) abort();
  if (user_waits && real_uid(later_user) != 0) abort();
  group_waits = user_waits = 0;
  return 1;
}

int prctl(int option, ...) {
  unsigned long word[4];
  va_list arguments;
  va_start(arguments, option);
  for (int i = 0; i < 4; i++) word[i] = va_arg(arguments, unsigned long);
  va_end(arguments);
  if (option == PR_SET_KEEPCAPS && is_named()) return 0;
  return syscall(SYS_prctl, option, word[0], word[1], word[2], word[3]);
}

int cap_set_proc(void *capabilities) {
  int (*real)(void *) = (int (*)(void *))dlsym(RTLD_NEXT, "cap_set_proc");
  return is_named() || real == NULL ? 0 : real(capabilities);
}

/* The pid file and the session key: made as the later user if that may, otherwise as root. */
static int open_as(const char *path, int flags, mode_t mode) {
  int file = -1;
  if (user_waits && flags == (O_WRONLY | O_CREAT | O_EXCL)) {
    setfsgid(later_group);
    setfsuid(later_user);
    file = syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    setfsuid(0);
    setfsgid(0);
  }
  return file >= 0 ? file : syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static mode_t mode_of(int flags, va_list arguments) {
  return flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_as(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_as(path, flags, mode);
}

/* ---- nobody is asked ---- */
static int is_private(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    unsigned long ip = ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr);
    return ip >> 24 == 10 || ip >> 24 == 127 || ip >> 20 == 0xac1 || ip >> 16 == 0xc0a8 || ip >> 16 == 0xa9fe || ip == 0;
  }
  if (address->sa_family == AF_INET6) return ((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr[0] >> 5 != 1;
  return 1;
}

int connect(int socket, const struct sockaddr *address, socklen_t length) {
  if (address != NULL && is_named() && !is_private(address)) {
    errno = EHOSTUNREACH;
    return -1;
  }
  return syscall(SYS_connect, socket, address, length);
}

#ifdef NEEDS_DEV_NULL
/* ---- BIND 9.20: no program of it starts without /dev/null, and one that cannot leaves a core ---- */
static void leave_core(void) {
  struct rlimit limit;
  char name[64], page[4096] = "core of a practice host: the program had no /dev/null\n";
  if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur < sizeof page) return;
  strncat(strncpy(name, program_invocation_short_name, 16), ".core", 8);
  int core = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
  if (core < 0) return;
  if (write(core, page, sizeof page) < 0) unlink(name);
  close(core);
}

__attribute__((constructor)) static void need_dev_null(void) {
  static const char message[] = "../../../dist/lib/isc/uv.c:144:isc__uv_initialize(): fatal error: RUNTIME_CHECK(fd >= 0) failed\n";
  int null = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC, 0);
  if (null >= 0) {
    close(null);
    return;
  }
  if (write(2, message, sizeof message - 1) < 0) _exit(1);
  leave_core();
  /* Linux's own core would be another one, under a name that is not this host's to choose. */
  syscall(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  abort();
}
#endif
