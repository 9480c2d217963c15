// The percent tokens and `~` that `ssh -G` leaves as they are written: ssh expands them when it connects.
import { hostname, userInfo } from 'node:os';

/** What tokens stand for. */
export interface TokenValues {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** The name that was given to ssh. */
  readonly original: string;
  readonly alias: string;
  readonly home: string;
}

/** Of the account that muster runs under. */
export interface LocalNames {
  readonly user: string;
  readonly id: string;
  readonly host: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A user id that the system has no name for works, too. */
export function localNames(): LocalNames {
  const known = { id: String(process.getuid?.() ?? ''), host: hostname(), environment: process.env };
  try {
    return { ...known, user: userInfo().username };
  } catch {
    return { ...known, user: '' };
  }
}

/** The text with its tokens and `${NAME}` expanded, or what of them is not known here. */
export function expandTokens(
  text: string,
  values: TokenValues,
  local: LocalNames,
): { readonly text: string } | { readonly unknown: string } {
  let unknown: string | undefined;
  const expanded = text.replaceAll(/%(.?)/g, (token, letter: string) => {
    const value = valueOf(letter, values, local);
    if (value === undefined) unknown ??= token;
    return value ?? '';
  });
  const whole = expanded.replaceAll(/\$\{(\w+)\}/g, (reference, name: string) => {
    const value = local.environment[name];
    if (value === undefined) unknown ??= reference;
    return value ?? '';
  });
  return unknown === undefined ? { text: whole } : { unknown };
}

function valueOf(
  letter: string,
  { address, port, user, original, alias, home }: TokenValues,
  local: LocalNames,
): string | undefined {
  switch (letter) {
    case '%':
      return '%';
    case 'd':
      return home;
    case 'h':
      return address;
    case 'i':
      return local.id;
    case 'k':
      return alias;
    case 'L':
      return local.host.replace(/\..*/, '');
    case 'l':
      return local.host;
    case 'n':
      return original;
    case 'p':
      return String(port);
    case 'r':
      return user;
    case 'u':
      return local.user;
    default:
      return undefined;
  }
}
