/* logger [-cins] [-d SD] [-f file] [-m msgid] [-p pri] [-t tag] [message ...]: a line for syslogd. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>
#include <unistd.h>

static const struct { const char *name; int value; } facilities[] = {{"auth", LOG_AUTH}, {"authpriv", LOG_AUTHPRIV}, {"cron", LOG_CRON}, {"daemon", LOG_DAEMON},
  {"ftp", LOG_FTP}, {"kern", LOG_KERN}, {"lpr", LOG_LPR}, {"mail", LOG_MAIL}, {"news", LOG_NEWS}, {"syslog", LOG_SYSLOG}, {"user", LOG_USER}, {"uucp", LOG_UUCP},
  {"local0", LOG_LOCAL0}, {"local1", LOG_LOCAL1}, {"local2", LOG_LOCAL2}, {"local3", LOG_LOCAL3}, {"local4", LOG_LOCAL4}, {"local5", LOG_LOCAL5}, {"local6", LOG_LOCAL6}, {"local7", LOG_LOCAL7}};
static const char *const levels[] = {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};

static int priority_of(char *text) {
  char *level = strchr(text, '.');
  int facility = -1, severity = -1;
  if (level != NULL) *level++ = '\0';
  else level = text, text = "user";
  for (size_t i = 0; i < sizeof facilities / sizeof *facilities; i++)
    if (strcasecmp(facilities[i].name, text) == 0) facility = facilities[i].value;
  for (int i = 0; i < 8; i++)
    if (strcasecmp(levels[i], level) == 0) severity = i;
  if (facility < 0 || severity < 0) {
    fprintf(stderr, "logger: unknown %s name: %s.\n", facility < 0 ? "facility" : "priority", facility < 0 ? text : level);
    exit(1);
  }
  return facility | severity;
}

int main(int argc, char **argv) {
  int option, options = 0, priority = LOG_NOTICE | LOG_USER;
  const char *tag = NULL, *file = NULL;
  char line[1024] = "";
  opterr = 0;
  while ((option = getopt(argc, argv, "+cd:f:im:np:st:")) != -1) switch (option) {
      case 'f': file = optarg; break;
      case 'i': options |= LOG_PID; break;
      case 'p': priority = priority_of(optarg); break;
      case 's': options |= LOG_PERROR; break;
      case 't': tag = optarg; break;
      case '?':
        fprintf(stderr, "logger: unknown option -- %c\nUsage: logger [-cins] [-d SD] [-f file] [-m msgid] [-p pri] [-t tag] [message ...]\n", optopt);
        return 1;
    }
  struct passwd *entry = getpwuid(getuid());
  openlog(tag ? tag : entry ? entry->pw_name : "root", options, 0);
  if (optind < argc) {
    for (int i = optind; i < argc; i++)
      snprintf(line + strlen(line), sizeof line - strlen(line), "%s%s", i > optind ? " " : "", argv[i]);
    syslog(priority, "%s", line);
    return 0;
  }
  FILE *stream = file ? fopen(file, "r") : stdin;
  if (stream == NULL) {
    fprintf(stderr, "logger: %s: No such file or directory\n", file);
    return 1;
  }
  while (fgets(line, sizeof line, stream) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    syslog(priority, "%s", line);
  }
  return 0;
}
