// docs/pkgsrc agrees with package.json.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packingList } from '../../../scripts/release/files.mjs';

const root = join(import.meta.dirname, '../../..');
const makefile = readFileSync(join(root, 'docs/pkgsrc/Makefile'), 'utf8');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly engines: { readonly node: string };
  readonly bin: { readonly muster: string };
  readonly man: readonly string[];
};
const value = (name: string): string =>
  new RegExp(`^${name}[+?]?=[ \\t]*(.*)$`, 'm').exec(makefile)?.[1] ?? '';

describe('docs/pkgsrc', () => {
  it('has the name and the version of package.json', () => {
    expect(value('VERSION')).toBe(manifest.version);
    expect(value('PKGNAME')).toBe(`${manifest.name}-\${VERSION}`);
    expect(value('DISTNAME')).toBe(`${manifest.name}-\${VERSION}-bundled`);
    expect(value('MODULE_DIR')).toBe(`lib/node_modules/${manifest.name}`);
    expect(manifest.description.startsWith(value('COMMENT'))).toBe(true);
  });

  it('takes only Node releases that package.json takes', () => {
    const [, major] = /^>=(\d+)\./.exec(manifest.engines.node) ?? [];
    const accepted = value('NODE_VERSIONS_ACCEPTED').split(' ').map(Number);
    expect(accepted.length).toBeGreaterThan(0);
    // Above the major itself, each of its releases is new enough.
    expect(accepted.filter((each) => !(each > Number(major)))).toEqual([]);
  });

  it('installs the program and the manual pages that package.json names', () => {
    const target = `\${LN} -s ../\${MODULE_DIR}/${manifest.bin.muster} \${DESTDIR}\${PREFIX}/bin/muster`;
    expect(makefile).toContain(target);
    expect(value('REPLACE_FILES.node')).toBe(manifest.bin.muster);
    const list = packingList(
      manifest.name,
      manifest.man.map((page) => `package/${page}`),
    ).split('\n');
    expect(list.filter((line) => line.startsWith('man/man1/'))).toHaveLength(manifest.man.length);
  });

  it('has the licence of the package, and a description of at most 24 lines of 80 columns', () => {
    expect(value('LICENSE')).toBe('2-clause-bsd');
    expect(readFileSync(join(root, 'LICENSE'), 'utf8')).toContain(
      'Redistribution and use in source and binary forms',
    );
    const lines = readFileSync(join(root, 'docs/pkgsrc/DESCR'), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});
