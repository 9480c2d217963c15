// A name that is not known gets the near one that is: every place of the source that refuses a name asks didYouMean.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../src');

/** A message that says that something named by its words is not there. */
const refusal = /\b(?:no|not a|unknown|knows no|had no|has no)\b[^$]*\$\{/;

/**
 * Errors, by their codes or else their files, that match and need no near name: what is missing is not chosen from a list of
 * names, or was looked up by its name before.
 */
const others: ReadonlySet<string> = new Set([
  'LAB_COUNT',
  'LAB_NONE',
  'LINT_NOTHING',
  'FOREIGN_EMPTY',
  'SOURCE',
  'INVENTORY_EMPTY_SELECTION',
  'LAB_ENGINE',
  'LAB_IMAGE',
  'LAB_PORTS',
  'LAB_OPTIONS',
  'model/result.ts',
  'PLAYBOOK_MISSING',
  'playbook/resolve-vars.ts',
  'PLAYBOOK_NO_STEPS',
  'HOST_SILENT',
  'SECRET_NUL',
  'SSH_JUMP',
  'transport/ssh/agent.ts',
  'transport/ssh/connect-errors.ts',
  'SSH_TIMEOUT',
  'SSH_IDENTITY',
  'transport/ssh/jump-hosts.ts',
  'LAB_HOST',
  'NO_TERMINAL',
  'STORE_RUN',
]);

/** The hint of a near name, or of a playbook that has runs. */
const suggests = /\b(?:didYouMean|playbookMeant)\(/;

interface Place {
  readonly key: string;
  readonly message: string;
  readonly suggests: boolean;
}

function placesIn(file: string): readonly Place[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const places: Place[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTemplateExpression(node) && isMessage(node)) {
      const message = node.getText().slice(1, -1);
      if (refusal.test(message))
        places.push({ key: codeOf(node) ?? file, message, suggests: suggests.test(around(node)) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return places;
}

/** The message of an error, or of an issue or complaint. */
function isMessage(node: ts.Node): boolean {
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isNewExpression(at)) return /Error$/.test(at.expression.getText());
    if (ts.isPropertyAssignment(at) || ts.isShorthandPropertyAssignment(at))
      return at.name.getText() === 'message';
    if (ts.isVariableDeclaration(at)) return at.name.getText() === 'message';
    if (ts.isFunctionLike(at)) return false;
  }
  return false;
}

/** The code of the error that a message is in, if it is written there. */
function codeOf(node: ts.Node): string | undefined {
  for (let at = node.parent; !ts.isSourceFile(at) && !ts.isFunctionLike(at); at = at.parent) {
    const first = ts.isNewExpression(at) ? at.arguments?.[0] : undefined;
    if (first !== undefined && ts.isStringLiteral(first)) return first.text;
  }
  return undefined;
}

/** The text of the function that a node is in. */
function around(node: ts.Node): string {
  let at = node.parent;
  while (!ts.isSourceFile(at) && !ts.isFunctionDeclaration(at) && !ts.isMethodDeclaration(at)) at = at.parent;
  return at.getText();
}

const places = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('page/'))
  .toSorted()
  .flatMap(placesIn);

describe('an error about a name', () => {
  it('is found in the source', () => {
    expect(places.filter(({ suggests }) => suggests).length).toBeGreaterThan(20);
  });

  it('suggests an existing one that is near', () => {
    const silent = places.filter((place) => !place.suggests);
    expect(
      silent.filter(({ key }) => !others.has(key)).map(({ key, message }) => `${key}: ${message}`),
    ).toEqual([]);
    expect([...others].filter((key) => !silent.some((place) => place.key === key))).toEqual([]);
  });
});
