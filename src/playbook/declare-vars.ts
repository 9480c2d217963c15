// The `vars` of playbook.yaml: declarations, and what contradicts itself in them.
import type { Locator } from '../document/index.ts';
import type { Issue } from '../model/index.ts';
import { checkVarValue, isTextual } from './check-var-value.ts';
import type { VarDeclaration } from './model.ts';
import type { WrittenPlaybook } from './schema.ts';

type WrittenVars = NonNullable<WrittenPlaybook['vars']>;

/** The declarations in file order. */
export function declareVars(written: WrittenVars, locator: Locator): Map<string, VarDeclaration> {
  return new Map(
    Object.entries(written).map(([name, declared]) => {
      const {
        description = '',
        required = false,
        secret = false,
        default: value,
        allowed,
        pattern,
        hint,
      } = declared;
      const declaration: VarDeclaration = {
        name,
        type: declared.type,
        description,
        required,
        secret,
        ...(value === undefined ? {} : { default: value }),
        ...(allowed === undefined ? {} : { allowed }),
        ...(pattern === undefined ? {} : { pattern }),
        ...(hint === undefined ? {} : { hint }),
        from: locator.locateKey(['vars', name]),
      };
      return [name, declaration] as const;
    }),
  );
}

/** What contradicts itself in the declarations. */
export function checkDeclarations(vars: Iterable<VarDeclaration>, locator: Locator): Issue[] {
  return [...vars].flatMap((declared) => [...checkUse(declared, locator), ...checkValues(declared, locator)]);
}

function checkUse(
  { name, type, secret, required, default: value, pattern, hint: words }: VarDeclaration,
  locator: Locator,
): Issue[] {
  const issues: Issue[] = [];
  function add(key: string, code: string, problem: string, hint: string): void {
    const location = locator.locateKey(['vars', name, key]);
    issues.push({ code, message: `var "${name}" ${problem}`, location, hint });
  }
  if (value !== undefined && required) {
    add('required', 'PLAYBOOK_VAR_REQUIRED', 'is required and has a default', 'keep one of the two');
  }
  if (value !== undefined && secret) {
    add('default', 'PLAYBOOK_SECRET_DEFAULT', 'is secret and has a default', 'give secrets in the inventory');
  }
  if (secret && type !== 'string') {
    add('type', 'PLAYBOOK_SECRET_TYPE', `is secret and of type ${type}`, 'a secret is a string');
  }
  if (pattern !== undefined && !isTextual(type)) {
    add(
      'pattern',
      'PLAYBOOK_PATTERN',
      `is of type ${type} and has a pattern`,
      'patterns are for texts; use allowed',
    );
  }
  if (words !== undefined && pattern === undefined) {
    add(
      'hint',
      'PLAYBOOK_HINT',
      'has a hint and no pattern',
      'the hint is about the pattern; use description',
    );
  }
  return issues;
}

function checkValues(declared: VarDeclaration, locator: Locator): Issue[] {
  const { name, type, secret, default: value, allowed = [] } = declared;
  const itemType = type === 'list' ? 'string' : type;
  const issues = allowed.flatMap((choice, at): Issue[] => {
    const path = ['vars', name, 'allowed', at];
    const problem = checkVarValue({ type: itemType, secret }, choice, locator.written(path));
    const location = locator.locate(path);
    return problem === undefined
      ? []
      : [
          {
            code: 'PLAYBOOK_VAR_ALLOWED',
            ...problem,
            message: `var "${name}": ${problem.message}`,
            location,
          },
        ];
  });
  const problem =
    value === undefined || secret
      ? undefined
      : checkVarValue(declared, value, locator.written(['vars', name, 'default']));
  if (problem === undefined) return issues;
  const location = locator.locate(['vars', name, 'default']);
  return [
    ...issues,
    {
      code: 'PLAYBOOK_VAR_DEFAULT',
      ...problem,
      message: `default of var "${name}": ${problem.message}`,
      location,
    },
  ];
}
