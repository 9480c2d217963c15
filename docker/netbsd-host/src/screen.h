/* screen: one row for each command that is a hidden GNU program behind NetBSD's options. */
#ifndef SCREEN_H
#define SCREEN_H

enum {
  REWRITE = 1,   /* its messages are turned into BSD's: the program runs as a child meanwhile */
  LONG_OK = 2,   /* GNU on NetBSD too: long options are known */
  NUMBERS = 4,   /* -5 is an option */
  ANYTHING = 8,  /* options are not looked at */
  TODAY = 16     /* a row of release 11; hosts of earlier ones take the next row of that name */
};

struct rule {
  const char *name;
  const char *real;    /* the hidden program; NULL: same name */
  const char *options; /* getopt's letters (and ';': a value that may follow in the same word); all others are refused */
  const char *dropped; /* known letters that the hidden program lacks, or does anyway (a letter with ':' takes its value along) */
  const char *extra;   /* options given in front of the user's, in one word or NULL */
  int flags;
  const char *usage;
};

extern const struct rule rules[];

/* True when NAME with these words is done: it took no more than a system call or two, and said nothing. */
int done_quickly(const char *name, int argc, char **argv);
#endif
