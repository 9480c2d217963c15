/* syslogd: opens every -p/-P socket a moment after it has gone to the background, writes
 * /var/log/messages and /var/log/authlog, and dies with its last words on the starter's standard output
 * when a socket's directory is missing. The pid file comes later still. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { MAX_SOCKETS = 64, SOCKET_DELAY_MS = 200, PID_FILE_DELAY_MS = 350 };

static const char *paths[MAX_SOCKETS];
static struct pollfd sockets[MAX_SOCKETS + 1];
static int path_count, socket_count;
static volatile sig_atomic_t ending;

static void on_end(int number) { ending = number; }
static void on_hup(int number) { (void)number; }

static void nap(int ms) {
  struct timespec pause = {ms / 1000, (ms % 1000) * 1000000L};
  nanosleep(&pause, NULL);
}

static void append(const char *file, const char *text, size_t length) {
  int fd = open(file, O_WRONLY | O_APPEND | O_CREAT, strstr(file, "auth") ? 0600 : 0644);
  if (fd < 0) return;
  if (write(fd, text, length) < 0) errno = 0;
  close(fd);
}

static void store(int priority, const char *text) {
  char line[4096], stamp[32], host[256] = "";
  time_t now = time(NULL);
  int length, facility = priority & LOG_FACMASK;
  gethostname(host, sizeof host - 1);
  host[strcspn(host, ".")] = '\0';
  strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", localtime(&now));
  length = snprintf(line, sizeof line, "%s %s %s\n", stamp, host, text);
  if (length > (int)sizeof line - 1) length = sizeof line - 1;
  if (facility == LOG_AUTH || facility == LOG_AUTHPRIV) append("/var/log/authlog", line, length);
  else if (LOG_PRI(priority) <= LOG_INFO) append("/var/log/messages", line, length);
}

static void store_own(const char *text) {
  char line[256];
  snprintf(line, sizeof line, "syslogd[%d]: %s", (int)getpid(), text);
  store(LOG_SYSLOG | LOG_NOTICE, line);
}

/* "<30>Nov 23 21:20:30 named[646]: text": the priority and the sender's clock are taken off. */
static void receive(int fd) {
  char packet[4096], *text = packet, *end;
  long priority = LOG_USER | LOG_NOTICE;
  ssize_t length = recv(fd, packet, sizeof packet - 1, 0);
  if (length <= 0) return;
  packet[length] = '\0';
  while (length > 0 && (packet[length - 1] == '\n' || packet[length - 1] == '\0')) packet[--length] = '\0';
  if (*text == '<') {
    priority = strtol(text + 1, &end, 10);
    if (*end == '>') text = end + 1;
  }
  if (strlen(text) >= 16 && text[3] == ' ' && text[6] == ' ' && text[9] == ':' && text[12] == ':' && text[15] == ' ')
    text += 16;
  for (char *at = text; *at != '\0'; at++)
    if (*at == '\n' || *at == '\t') *at = ' ';
  store((int)priority, text);
}

static void open_socket(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  unlink(path);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || chmod(path, 0666) < 0) {
    dprintf(1, "Cannot create `%s': %s\nFatal error, exiting\n", path, strerror(errno));
    exit(1);
  }
  sockets[socket_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void open_udp(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(514)};
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0)
    sockets[socket_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void add_paths_from(const char *file) {
  static char line[1024];
  FILE *list = fopen(file, "r");
  if (list == NULL) {
    fprintf(stderr, "syslogd: can't open `%s': %s\n", file, strerror(errno));
    exit(1);
  }
  while (path_count < MAX_SOCKETS && fgets(line, sizeof line, list) != NULL) {
    line[strcspn(line, "\r\n")] = '\0';
    if (line[0] != '\0') paths[path_count++] = strdup(line);
  }
  fclose(list);
}

static void usage(int option) {
  fprintf(stderr, "syslogd: unknown option -- %c\n", option);
  fprintf(stderr, "usage: syslogd [-dnrSsTUv] [-b bind_address] [-f config_file] [-g group]\n"
                  "\t[-m mark_interval] [-P file_list] [-p log_socket\n\t[-p log_socket2 ...]] [-t chroot_dir] [-u user]\n");
  exit(1);
}

static void serve(void) {
  int waited = 0, null_fd = open("/dev/null", O_RDWR);
  nap(SOCKET_DELAY_MS);
  for (int i = 0; i < path_count; i++) open_socket(paths[i]);
  for (int fd = 0; fd <= 2; fd++) dup2(null_fd, fd);
  store_own("restart");
  while (!ending) {
    int ready = poll(sockets, socket_count, waited ? -1 : PID_FILE_DELAY_MS);
    for (int i = 0; ready > 0 && i < socket_count; i++)
      if (sockets[i].revents & POLLIN) receive(sockets[i].fd);
    if (ready <= 0 && !waited && !ending) {
      FILE *pid_file = (umask(022), fopen("/var/run/syslogd.pid", "w"));
      if (pid_file != NULL) fprintf(pid_file, "%d\n", (int)getpid()), fclose(pid_file);
      waited = 1;
    }
  }
}

int main(int argc, char **argv) {
  int option, secure = 0, foreground = 0;
  struct sigaction end = {.sa_handler = on_end}, hup = {.sa_handler = on_hup};
  opterr = 0;
  while ((option = getopt(argc, argv, "b:df:g:m:nP:p:rSsTt:Uu:v")) != -1) switch (option) {
      case 'd': foreground = 1; break;
      case 's': secure = 1; break;
      case 'p': if (path_count < MAX_SOCKETS) paths[path_count++] = optarg; break;
      case 'P': add_paths_from(optarg); break;
      case '?': usage(optopt);
    }
  if (path_count == 0) paths[path_count++] = "/var/run/log";
  if (!foreground) {
    if (fork() != 0) _exit(0);
    setsid();
    if (chdir("/") != 0) return 1;
  }
  sigaction(SIGTERM, &end, NULL);
  sigaction(SIGINT, &end, NULL);
  sigaction(SIGHUP, &hup, NULL);
  signal(SIGPIPE, SIG_IGN);
  if (!secure) open_udp();
  serve();
  char words[64];
  snprintf(words, sizeof words, "Exiting on signal %d", (int)ending);
  store_own(words);
  for (int i = 0; i < path_count; i++) unlink(paths[i]);
  unlink("/var/run/syslogd.pid");
  return 0;
}
