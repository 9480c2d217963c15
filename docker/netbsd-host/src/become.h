/* become: how root reads another user's /proc entries without CAP_SYS_PTRACE. */
#ifndef BECOME_H
#define BECOME_H
#include "procs.h"

/* Runs look(process) in a child that has taken the process's user and group but kept root's capabilities:
 * the kernel lets a process look at its equals. Returns when the child has ended. */
void look_as(const struct proc *process, void (*look)(const struct proc *));
#endif
