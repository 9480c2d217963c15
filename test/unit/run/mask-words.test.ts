// Words of a command line as they are kept.
import { describe, expect, it } from 'vitest';
import { maskWords } from '../../../src/run/index.ts';

const kept = (...words: string[]): readonly string[] => maskWords(words, ['s3cret-of-run']);

describe('a word', () => {
  it.each([
    ['mysql --password=hunter22 -u root', 'mysql --password=[secret] -u root'],
    ['mysql --password hunter22 -u root', 'mysql --password [secret] -u root'],
    ["DB_PASSWORD='two words' run", 'DB_PASSWORD=[secret] run'],
    ['curl https://me:hunter22@example.net/', 'curl https://me:[secret]@example.net/'],
    ['curl -H "Authorization: Bearer abcdefgh12345"', 'curl -H "Authorization: Bearer [secret]"'],
    ['echo {"api_key": "hunter22"}', 'echo {"api_key": [secret]}'],
    ['echo s3cret-of-run', 'echo [secret]'],
    [`echo ${Buffer.from('s3cret-of-run').toString('hex')}`, 'echo [secret]'],
    ['key "k" { secret "bm90IGEga2V5IGJ1dCBsb25n"; };', 'key "k" { secret "[secret]"; };'],
  ])('%s', (word, masked) => {
    expect(kept(word)).toEqual([masked]);
  });

  it('is masked after an option for a secret', () => {
    expect(kept('exec', 'tool', '--token', 'hunter22', '--verbose')).toEqual([
      ...['exec', 'tool', '--token', '[secret]', '--verbose'],
    ]);
  });

  it.each([
    ['apply', 'caged-bind', '-i', 'inventories/dns.yaml', '--limit', 'ns[1-3]', '--tags', 'a,b'],
    ['exec', 'grep -c passwd /etc/group; cat /etc/master.passwd | wc -l'],
    ['exec', 'rndc -s 127.0.0.1 status', '--json'],
  ])('is not changed: %s %s', (...words) => {
    expect(kept(...words)).toEqual(words);
  });
});
