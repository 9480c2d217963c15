// The order and the limits of what is offered to a host.
import { describe, expect, it } from 'vitest';
import { isKeyTypeOffered, offeredAlgorithms, uselessChoice } from '../../../src/transport/ssh/algorithms.ts';

const all = (legacy: boolean): string[] => Object.values(offeredAlgorithms([], legacy)).flat() as string[];
const weak = /sha1|md5|cbc|ssh-rsa|ssh-dss/;

describe('the offer to a host', () => {
  it('has nothing weak unless the inventory allows it', () => {
    expect(all(false).filter((name) => weak.test(name))).toEqual([]);
  });

  it('has the weak ones after all others if the inventory allows them', () => {
    for (const list of Object.values(offeredAlgorithms([], true)) as string[][]) {
      const firstWeak = list.findIndex((name) => weak.test(name));
      const rest = firstWeak === -1 ? [] : list.slice(firstWeak);
      expect(rest.filter((name) => !weak.test(name))).toEqual([]);
    }
    expect(all(true)).toEqual(
      expect.arrayContaining(['ssh-dss', '3des-cbc', 'hmac-md5', 'diffie-hellman-group1-sha1']),
    );
  });

  it.each([
    { known: ['ssh-rsa'], legacy: false, first: ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519'] },
    { known: ['ssh-rsa'], legacy: true, first: ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa', 'ssh-ed25519'] },
    { known: ['ecdsa-sha2-nistp521'], legacy: false, first: ['ecdsa-sha2-nistp521', 'ssh-ed25519'] },
    { known: ['ssh-rsa', 'ssh-ed25519'], legacy: false, first: ['ssh-ed25519', 'rsa-sha2-512'] },
    { known: [], legacy: false, first: ['ssh-ed25519', 'ecdsa-sha2-nistp256'] },
    { known: ['ssh-dss'], legacy: false, first: ['ssh-ed25519'] },
  ])('asks first for the recorded host key types $known (legacy: $legacy)', ({ known, legacy, first }) => {
    const offered = offeredAlgorithms(known, legacy).serverHostKey as string[];
    expect(offered.slice(0, first.length)).toEqual(first);
    expect(new Set(offered).size).toBe(offered.length);
  });

  it.each([
    ['ssh-rsa', false, true],
    ['ssh-dss', false, false],
    ['ssh-dss', true, true],
  ])('covers host keys of type %s (legacy: %s): %s', (keyType, legacy, expected) => {
    expect(isKeyTypeOffered(keyType, legacy)).toBe(expected);
  });

  it('follows the order of an ssh_config, also with old ones, and a group exchange is last', () => {
    const chosen = {
      kex: ['sntrup761x25519-sha512', 'diffie-hellman-group-exchange-sha256', 'diffie-hellman-group1-sha1'],
      cipher: ['3des-cbc', 'aes256-ctr'],
      hostKey: ['ssh-rsa', 'ssh-ed25519'],
    };
    expect(offeredAlgorithms(['ssh-ed25519'], false, chosen)).toMatchObject({
      kex: ['diffie-hellman-group1-sha1', 'diffie-hellman-group-exchange-sha256'],
      cipher: ['3des-cbc', 'aes256-ctr'],
      serverHostKey: ['ssh-ed25519', 'ssh-rsa'],
    });
    expect(isKeyTypeOffered('ssh-dss', true, chosen)).toBe(false);
  });

  it('names the first kind for which an ssh_config lists no known one', () => {
    expect(uselessChoice({ mac: ['umac-64@openssh.com'] })).toBe('MACs');
    expect(uselessChoice({ mac: ['hmac-sha2-256'] })).toBeUndefined();
  });
});
