// What sudo, doas and login shells say where they do not let a user become root, and what to do about it.

/** What to do if nobody gave the password that a program wants. */
export const passwordHint = 'add --ask-become-pass, or set become_password for this host in the inventory';

const hints: readonly (readonly [words: RegExp, hint: string])[] = [
  [/sudo: .*password is required|doas: (Authentication|Authorization) required/i, passwordHint],
  [
    /not in the sudoers file|may not run sudo|not allowed to (execute|run)/i,
    'let the user run /bin/sh as root, on the host: visudo',
  ],
  [/doas: Operation not permitted/i, 'permit the user in doas.conf, on the host'],
  [
    /\b(sudo|doas): [^/]*not found|not found: (sudo|doas)/i,
    'install it on the host, or set become to what is there: sudo, doas or su',
  ],
  [
    /account is (currently )?not available|sftp connections only/i,
    "give the user a login shell, and no forced command: look at the host's passwd and sshd_config",
  ],
];

/** What to do, if these words are known. */
export function hintForRefusal(words: string): string | undefined {
  return hints.find(([known]) => known.test(words))?.[1];
}
