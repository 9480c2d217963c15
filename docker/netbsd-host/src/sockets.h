/* sockets: which socket a descriptor's inode number stands for, read from /proc/net. */
#ifndef SOCKETS_H
#define SOCKETS_H
#include <stddef.h>

struct socket_entry {
  unsigned long inode;
  int family;            /* 4, 6, or 1 for a unix socket */
  const char *protocol;  /* tcp udp stream dgram */
  int listening;
  char local[128], peer[128]; /* a unix socket's path is in local */
};

/* Reads all sockets; separator stands between host and port ('.' for sockstat, ':' for fstat). */
void read_sockets(char separator, int numeric);
const struct socket_entry *find_socket(unsigned long inode);
#endif
