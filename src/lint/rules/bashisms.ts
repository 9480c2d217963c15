// What bash has and NetBSD's sh has not (or not on every release): seen in how the text is written, and in commands.
import type { Complaint } from '../complaint.ts';
import { wrong } from '../complaint.ts';
import type { Invocation } from '../../sh/index.ts';
import { invocationsOf } from '../../sh/index.ts';
import type { Script, Word } from '../../sh/index.ts';

const code = 'SH_BASHISM';

/** Message and hint for each kind of oddity that the scanner marks. */
const oddities: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  'old-arithmetic': ['$[ ] is not sh', 'write $(( ))'],
  indirect: ['${!name} is not sh', 'write eval with the name, or use `case`'],
  substring: ['${name:offset} is not sh', 'cut with ${name#pattern} and ${name%pattern}'],
  replace: ['${name/from/to} is not sh', 'use m_replace VALUE FROM TO, or sed'],
  'change-case': ['${name^} and ${name,} are not sh', "pipe it through tr 'A-Z' 'a-z'"],
  transform: ['${name@operator} is not sh', 'write it out'],
  array: ['sh has no arrays', 'use "$@", or one entry a line'],
  append: ['name+=value is not sh', 'write name=$name...'],
  'ansi-quotes': [
    "$'...' is not sh: it stays as it is written",
    'make the character with printf, e.g. tab=$(printf "\\t")',
  ],
  'locale-quotes': ['$"..." is not sh', 'write "..."'],
  'both-outputs': ['&> is not sh: it starts the command in the background', 'write >file 2>&1'],
  'pipe-both': ['|& is not sh', 'write 2>&1 |'],
  'fall-through': [';& and ;;& are not sh', 'name all patterns in one branch: a | b)'],
  'arithmetic-command': ['(( )) as a command is not sh', 'write [ $((...)) -ne 0 ], or name=$((...))'],
  'function-name': [
    'a function name holds letters, digits and _ only',
    'correct the name: sh refuses - and .',
  ],
  'function-keyword': ['`function` is not sh', 'write name() { ...; }'],
  'double-brackets': ['[[ ]] is not sh', 'write [ ], or `case` for patterns'],
  'class-in-case': [
    '[[:class:]] in a case pattern matches nothing on older releases',
    'list the characters: [A-Za-z]',
  ],
  select: ['`select` is not sh', 'a step cannot ask anybody'],
  'high-descriptor': ['file descriptors have one digit in sh', 'use 3 to 9'],
  'process-substitution': ['<( ) and >( ) are not sh', 'write to "$m_work/name" and read it from there'],
  'here-string': ['<<< is not sh', 'use a here-document, or printf and a pipe'],
  braces: ['{a,b} and {1..3} are not expanded by sh', 'write the words out, or count in a loop'],
  arithmetic: ['**, ++, -- and ?: are not in every sh', 'write i=$((i + 1)), or use `if`'],
};

const commands: Readonly<Record<string, string>> = {
  source: 'write: . ./file',
  let: 'write name=$((...))',
  declare: 'assign, or `local` in a function',
  typeset: 'assign, or `local` in a function',
  shopt: 'there is nothing like it in sh',
  pushd: 'use (cd DIRECTORY && ...)',
  popd: 'use (cd DIRECTORY && ...)',
  mapfile: 'read line by line: while IFS= read -r line; do',
  readarray: 'read line by line: while IFS= read -r line; do',
  builtin: 'call it by its name',
  disown: 'nothing in a step may outlive it',
  coproc: 'use a file in "$m_work"',
};

const foreignVariables: Readonly<Record<string, string>> = {
  RANDOM: 'avoid random numbers in a step; if you need one, use od -An -tu4 -N4 /dev/urandom',
  SECONDS: 'use the difference of two date +%s',
  UID: 'write $(id -ru)',
  EUID: 'write $(id -u)',
  HOSTNAME: 'write $fact_hostname',
  LINENO: 'sh does not set it',
  PIPESTATUS: 'write the status to a file',
  FUNCNAME: 'sh does not set it',
  BASH_SOURCE: 'sh does not set it',
  BASH_VERSION: 'the host runs /bin/sh',
  OSTYPE: 'write $fact_os',
};

/** Variables that only bash sets; rules/names.ts leaves them to this rule. */
export function isForeignVariable(name: string): boolean {
  return Object.hasOwn(foreignVariables, name);
}

/** Everything in a text that is not sh. */
export function findBashisms(script: Script): Complaint[] {
  return [
    ...script.oddities.map(({ kind, start }) => {
      const [message, hint] = oddities[kind] ?? [kind, undefined];
      return wrong(code, start, message, hint);
    }),
    ...script.uses
      .filter(({ name, guarded }) => !guarded && isForeignVariable(name))
      .map(({ name, start }) =>
        wrong(code, start, `$${name} is bash's, and empty in sh`, foreignVariables[name]),
      ),
    ...script.commands.flatMap((command) => invocationsOf(command).flatMap(judge)),
  ];
}

function judge({ name, word, args }: Invocation): Complaint[] {
  if (name === undefined) return [];
  const hint = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (hint !== undefined) return [wrong(code, word.start, `\`${name}\` is not in sh`, hint)];
  // A script may use any word, also one that every object has, e.g. `constructor`.
  const found = Object.hasOwn(judges, name) ? judges[name]?.(args) : undefined;
  return found === undefined ? [] : [wrong(code, found[0].start, found[1], found[2])];
}

type Judge = (args: readonly Word[]) => readonly [Word, string, string] | undefined;

const judges: Readonly<Record<string, Judge>> = {
  '[': judgeTest,
  test: judgeTest,
  read: (args) => {
    const word = args.find(({ value }) => /^-[a-zA-Z]*[^r-]/.test(value ?? ''));
    return (
      word && [
        word,
        'sh knows `read -r` and no other option',
        'a step cannot ask anybody, and has no time limit of its own',
      ]
    );
  },
  trap: (args) => {
    const word = args.slice(1).find(({ value }) => /^(ERR|DEBUG|RETURN|SIG[A-Z]+)$/.test(value ?? ''));
    return (
      word && [word, `sh knows no trap for ${word.value ?? ''}`, 'write EXIT, or a signal without SIG: TERM']
    );
  },
  wait: (args) => {
    const word = args.find(({ value }) => value === '-n');
    return (
      word && [
        word,
        'wait -n is not sh',
        'name the process, and write its status to a file, because `wait` does not return it',
      ]
    );
  },
  set: (args) => {
    const word = args.find(({ value }) => /^(pipefail|posix)$/.test(value ?? ''));
    return (
      word && [
        word,
        `set -o ${word.value ?? ''} is not in sh before NetBSD 9`,
        'write what may fail as a separate command',
      ]
    );
  },
  echo: (args) => {
    const word = args[0];
    if (!/^-n?e/.test(word?.value ?? '')) return undefined;
    return word && [word, 'echo -e prints -e in many sh', 'use printf'];
  },
  printf: (args) => {
    const word = args[0];
    return word?.prefix.includes('%q') === true ? [word, 'printf has no %q', 'use m_quote VALUE'] : undefined;
  },
  exec: (args) => {
    const word = args.find(({ bare }) => /^\{\w+\}$/.test(bare));
    return word && [word, 'sh does not choose file descriptors by itself', 'name one from 3 to 9'];
  },
  local: judgeDeclaration,
  export: judgeDeclaration,
  readonly: judgeDeclaration,
};

function judgeTest(args: readonly Word[]): ReturnType<Judge> {
  const equals = args.find(({ bare, value }) => value === '==' && bare === '==');
  if (equals) return [equals, '== is not sh', 'write ='];
  const match = args.find(({ bare }) => bare === '=~');
  if (match) return [match, '=~ is not sh', 'use `case`, or grep -E'];
  const isSet = args.find(({ value }) => value === '-v');
  return isSet && [isSet, 'test -v is not sh', 'write [ -n "${name+set}" ]'];
}

function judgeDeclaration(args: readonly Word[]): ReturnType<Judge> {
  const word = args.find(({ bare, splits }) => splits && /^[A-Za-z_]\w*=/.test(bare));
  return (
    word && [word, 'without quotes the value is split into words here', 'put it in quotes: name="$value"']
  );
}
