// Every error code has an explanation, and every explanation is of a code that there is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explanationOf, explanations } from '../../../src/cli/error-codes.ts';

const source = join(import.meta.dirname, '../../../src');
const texts = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('page/') && file !== 'cli/error-codes.ts')
  .map((file) => readFileSync(join(source, file), 'utf8'))
  .join('\n');

/** Words in capitals that are something else: of the environment, of Node, of YAML, DNS, SQL, git. */
const others = new Set(
  `BAD_DIRECTIVE BAD_DQ_ESCAPE BAD_INDENT BAD_SCALAR_START BLOCK_AS_IMPLICIT_KEY BLOCK_IN_FLOW MISSING_CHAR
  MULTILINE_IMPLICIT_KEY NON_STRING_KEY TAB_AS_INDENT TAG_RESOLVE_FAILED UNEXPECTED_TOKEN
  EAI_AGAIN EAI_FAIL EAI_NODATA ERR_MODULE_NOT_FOUND ERR_OSSL_UNSUPPORTED FORCE_COLOR LC_ALL LC_CTYPE MUSTER_AGE_IDENTITY MUSTER_ASKPASS MUSTER_PAGER
  MUSTER_SSH_CONFIG NO_COLOR QUOTE_SINGLE SSH_AUTH_SOCK SSH_CONNECTION SYS_PTRACE TESTCONTAINERS_RYUK_DISABLED XDG_CACHE_HOME
  XDG_STATE_HOME`.split(/\s+/),
);

/** Words of one part are codes only as the first argument of an error. */
const codes = new Set(
  [
    ...[...texts.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)].map(([, code = '']) => code),
    ...[...texts.matchAll(/(?:Error|super|wrong|doubtful|warning)\(\s*'([A-Z]+)'/g)].map(
      ([, code = '']) => code,
    ),
  ].filter((code) => !others.has(code)),
);

describe('error codes', () => {
  it('are all explained, and no explanation is of a removed code', () => {
    expect(codes.size).toBeGreaterThan(150);
    expect(explanations.map(({ code }) => code)).toEqual([...codes].toSorted());
  });

  it.each(explanations)('$code has a cause and a remedy, each a sentence', ({ cause, remedy }) => {
    expect(cause).toMatch(/^\S.*\S\.$/);
    expect(remedy).toMatch(/^\S.*\S\.$/);
  });

  it('of shellcheck and of jump hosts are explained too', () => {
    expect(explanationOf('sc2086')?.remedy).toContain('/SC2086');
    expect(explanationOf('SSH_JUMP_REFUSED')?.cause).toMatch(/^At the jump host: /);
    expect(explanationOf('NOSUCH')).toBeUndefined();
  });
});
