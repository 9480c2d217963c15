/* quick: the commonest questions to date, dd, id, uname, hostname, mktemp, cksum and df. Each function gives true when it
 * has answered, and false, having printed nothing, when the script of that name is to answer. */
#ifndef QUICK_H
#define QUICK_H

int quick_cksum(int argc, char **argv);
int quick_df(int argc, char **argv);
#endif
