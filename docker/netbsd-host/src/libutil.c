/* libutil.so.7: a syslog(3) that writes to /var/run/log, as NetBSD's libc does (glibc insists on /dev/log).
 * The systemd and libxml2 calls that Debian's BIND was linked with get empty answers, so a cage needs
 * neither of the two libraries, nor the thirty megabytes that they bring along. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static int log_socket = -1, log_options, log_facility = LOG_USER, log_mask = 0xff;
static const char *log_ident;

static int log_connect(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/var/run/log"};
  if (log_socket >= 0) return 1;
  log_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (log_socket < 0) return 0;
  if (connect(log_socket, (struct sockaddr *)&address, sizeof address) == 0) return 1;
  close(log_socket);
  log_socket = -1;
  return 0;
}

void closelog(void) {
  if (log_socket >= 0) close(log_socket);
  log_socket = -1;
}

void openlog(const char *ident, int options, int facility) {
  if (ident != NULL) log_ident = ident;
  log_options = options;
  if (facility != 0 && (facility & ~LOG_FACMASK) == 0) log_facility = facility;
  if (options & LOG_NDELAY) log_connect();
}

int setlogmask(int mask) {
  int before = log_mask;
  if (mask != 0) log_mask = mask;
  return before;
}

void vsyslog(int priority, const char *format, va_list arguments) {
  char line[2048], stamp[32];
  int saved_errno = errno, head, body;
  time_t now = time(NULL);
  struct tm local;
  if (!(LOG_MASK(LOG_PRI(priority)) & log_mask)) return;
  if ((priority & LOG_FACMASK) == 0) priority |= log_facility;
  strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", localtime_r(&now, &local));
  head = snprintf(line, sizeof line, "<%d>%s %s", priority, stamp, log_ident ? log_ident : "");
  if (log_options & LOG_PID) head += snprintf(line + head, sizeof line - head, "[%d]", (int)getpid());
  head += snprintf(line + head, sizeof line - head, ": ");
  errno = saved_errno;
  body = vsnprintf(line + head, sizeof line - head, format, arguments);
  if (body < 0) return;
  head += body;
  if (head > (int)sizeof line - 1) head = sizeof line - 1;
  /* a syslogd that was restarted left us with a dead socket: try once more on a new one; one that is busy gets a second */
  for (int attempt = 0; attempt < 2 && log_connect(); attempt++) {
    struct pollfd room = {log_socket, POLLOUT, 0};
    if (send(log_socket, line, head, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) break;
    if (errno == EAGAIN && (poll(&room, 1, 1000) == 0 || send(log_socket, line, head, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)) break;
    if (errno != EAGAIN) closelog();
  }
  if (log_options & LOG_PERROR) dprintf(2, "%s\n", line + strcspn(line, ">") + 1 + strlen(stamp) + 1);
  errno = saved_errno;
}

void syslog(int priority, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsyslog(priority, format, arguments);
  va_end(arguments);
}

void __vsyslog_chk(int priority, int flag, const char *format, va_list arguments) {
  (void)flag;
  vsyslog(priority, format, arguments);
}

void __syslog_chk(int priority, int flag, const char *format, ...) {
  va_list arguments;
  (void)flag;
  va_start(arguments, format);
  vsyslog(priority, format, arguments);
  va_end(arguments);
}

int sd_notify(int unset, const char *state) { (void)unset; (void)state; return 0; }
int sd_notifyf(int unset, const char *format, ...) { (void)unset; (void)format; return 0; }

/* Every libxml2 call says "it did not work", which BIND's statistics channel takes for an answer. */
void (*xmlFree)(void *) = free;
const char **__xmlParserVersion(void) {
  static const char *version = "none";
  return &version;
}
void xmlInitParser(void) {}
void xmlCleanupParser(void) {}
void xmlFreeDoc(void *doc) { (void)doc; }
void xmlFreeTextWriter(void *writer) { (void)writer; }
void xmlDocDumpFormatMemoryEnc(void *doc, void **text, int *size) { (void)doc; *text = NULL; *size = 0; }
void *xmlNewTextWriterDoc(void) { return NULL; }
int xmlTextWriterStartDocument(void) { return -1; }
int xmlTextWriterEndDocument(void) { return -1; }
int xmlTextWriterStartElement(void) { return -1; }
int xmlTextWriterEndElement(void) { return -1; }
int xmlTextWriterWriteAttribute(void) { return -1; }
int xmlTextWriterWriteFormatString(void) { return -1; }
int xmlTextWriterWritePI(void) { return -1; }
int xmlTextWriterWriteString(void) { return -1; }
