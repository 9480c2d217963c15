// Names that new things get.
import { isId } from '../document/index.ts';
import { UsageError } from '../model/index.ts';

/** Throws UsageError (NEW_NAME) unless the word can name one. */
export function requireName(kind: 'playbook' | 'step' | 'resource', name: string): void {
  const isGood = kind === 'resource' ? /^[a-z][a-z0-9_]*$/.test(name) : isId(name);
  if (isGood && !(kind === 'resource' && /^(?:m_|muster_)/.test(name))) return;
  throw new UsageError('NEW_NAME', `'${name}' cannot be the name of a ${kind}`, {
    hint:
      kind === 'resource'
        ? 'small letters, digits and _, because it is a function of sh; muster keeps m_ and muster_ for itself'
        : 'small letters, digits and -, with a letter first',
  });
}
