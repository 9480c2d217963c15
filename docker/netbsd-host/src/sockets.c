/* sockets: see sockets.h. Names come from /etc/hosts and /etc/services alone: nobody outside is asked. */
#include "sockets.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct socket_entry *table;
static size_t table_count, table_room;
static char mark;
static int numbers_only;

static struct socket_entry *new_entry(void) {
  if (table_count == table_room) table = realloc(table, (table_room = table_room ? table_room * 2 : 64) * sizeof *table);
  memset(&table[table_count], 0, sizeof *table);
  return &table[table_count++];
}

static void host_name(const char *address, char *out, size_t size) {
  static char line[1024];
  FILE *hosts = numbers_only ? NULL : fopen("/etc/hosts", "r");
  snprintf(out, size, "%s", address);
  while (hosts != NULL && fgets(line, sizeof line, hosts) != NULL) {
    char *word = strtok(line, " \t\n"), *name = strtok(NULL, " \t\n");
    if (word == NULL || name == NULL || strcmp(word, address) != 0) continue;
    snprintf(out, size, "%s", name);
    break;
  }
  if (hosts != NULL) fclose(hosts);
}

static void endpoint(const char *hex, int family, const char *protocol, char *out, size_t size) {
  unsigned int words[4] = {0}, port = 0;
  char address[64], host[96];
  int any = 1;
  if (family == 4) sscanf(hex, "%8X:%X", &words[0], &port);
  else sscanf(hex, "%8X%8X%8X%8X:%X", &words[0], &words[1], &words[2], &words[3], &port);
  for (int i = 0; i < 4; i++) any &= words[i] == 0;
  inet_ntop(family == 4 ? AF_INET : AF_INET6, words, address, sizeof address);
  host_name(address, host, sizeof host);
  struct servent *service = numbers_only || port == 0 ? NULL : getservbyport(htons(port), protocol);
  if (port == 0) snprintf(out, size, "%s%c*", any ? "*" : host, mark);
  else if (service != NULL) snprintf(out, size, "%s%c%s", any ? "*" : host, mark, service->s_name);
  else snprintf(out, size, "%s%c%u", any ? "*" : host, mark, port);
}

static void read_inet(const char *file, int family, const char *protocol) {
  char line[512], local[80], peer[80];
  unsigned int state;
  unsigned long inode;
  FILE *stream = fopen(file, "r");
  if (stream == NULL) return;
  if (fgets(line, sizeof line, stream) == NULL) line[0] = '\0';
  while (fgets(line, sizeof line, stream) != NULL) {
    if (sscanf(line, " %*d: %79s %79s %X %*s %*s %*s %*u %*u %lu", local, peer, &state, &inode) != 4) continue;
    struct socket_entry *entry = new_entry();
    entry->inode = inode;
    entry->family = family;
    entry->protocol = protocol;
    endpoint(local, family, protocol, entry->local, sizeof entry->local);
    endpoint(peer, family, protocol, entry->peer, sizeof entry->peer);
    entry->listening = state == 0x0A || (strcmp(protocol, "udp") == 0 && state == 0x07);
  }
  fclose(stream);
}

static void read_unix(void) {
  char line[512];
  unsigned int type, state;
  unsigned long inode;
  FILE *stream = fopen("/libexec/.linux/proc/net/unix", "r");
  if (stream == NULL) return;
  if (fgets(line, sizeof line, stream) == NULL) line[0] = '\0';
  while (fgets(line, sizeof line, stream) != NULL) {
    struct socket_entry *entry;
    char path[200] = "";
    if (sscanf(line, "%*s %*s %*s %*s %X %X %lu %199s", &type, &state, &inode, path) < 3) continue;
    entry = new_entry();
    entry->inode = inode;
    entry->family = 1;
    entry->protocol = type == 2 ? "dgram" : "stream";
    entry->listening = path[0] != '\0';
    snprintf(entry->local, sizeof entry->local, "%s", path);
    snprintf(entry->peer, sizeof entry->peer, "-");
  }
  fclose(stream);
}

void read_sockets(char separator, int numeric) {
  mark = separator;
  numbers_only = numeric;
  read_inet("/libexec/.linux/proc/net/tcp", 4, "tcp");
  read_inet("/libexec/.linux/proc/net/udp", 4, "udp");
  read_inet("/libexec/.linux/proc/net/tcp6", 6, "tcp");
  read_inet("/libexec/.linux/proc/net/udp6", 6, "udp");
  read_unix();
}

const struct socket_entry *find_socket(unsigned long inode) {
  for (size_t i = 0; i < table_count; i++)
    if (table[i].inode == inode) return &table[i];
  return NULL;
}
