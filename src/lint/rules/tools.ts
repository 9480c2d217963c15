// Tools and options that a NetBSD host does not have. The table is in tool-table.ts; here it is looked up, and what no
// table can say is asked.
import type { Complaint } from '../complaint.ts';
import { wrong } from '../complaint.ts';
import type { Invocation } from '../../sh/index.ts';
import { invocationsOf } from '../../sh/index.ts';
import type { Script, Word } from '../../sh/index.ts';
import { missingTools, type ToolFacts, tools } from './tool-table.ts';

/** Tools that are missing on hosts, and options that their tools do not have. `defined` are functions of our own. */
export function findForeignTools(script: Script, defined: ReadonlySet<string>): Complaint[] {
  return script.commands.flatMap((command) =>
    invocationsOf(command).flatMap((invocation) => {
      const { name, word } = invocation;
      if (name === undefined || defined.has(name)) return [];
      if (Object.hasOwn(missingTools, name)) {
        return [wrong('SH_MISSING_TOOL', word.start, `NetBSD's base has no \`${name}\``, missingTools[name])];
      }
      return judgeTool(name, invocation);
    }),
  );
}

function judgeTool(name: string, { word, args }: Invocation): Complaint[] {
  const facts = Object.hasOwn(tools, name) ? tools[name] : undefined;
  const complaints = facts === undefined ? [] : judgeOptions(name, facts, args);
  const judge = Object.hasOwn(judges, name) ? judges[name] : undefined;
  const found = judge?.(args, word);
  if (found !== undefined) complaints.push(gnuism(found[0], found[1], found[2]));
  return complaints;
}

function judgeOptions(name: string, facts: ToolFacts, args: readonly Word[]): Complaint[] {
  const complaints: Complaint[] = [];
  let operands = 0;
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at];
    if (word === undefined || word.value === '--') break;
    if (!/^-./.test(word.prefix)) {
      operands += 1;
      continue;
    }
    if (operands > 0) {
      if (facts.optionsFirst === true) complaints.push(tooLate(name, word));
      continue;
    }
    if (word.prefix.startsWith('--')) complaints.push(...judgeLong(name, facts, word));
    else at += judgeCluster(name, facts, word, complaints);
  }
  return complaints;
}

/** Says what is missing among the letters of one word; gives 1 when the next word is the value of the last letter. */
function judgeCluster(name: string, facts: ToolFacts, word: Word, complaints: Complaint[]): number {
  const letters = word.prefix.slice(1);
  for (const [at, letter] of Array.from(letters).entries()) {
    const hint = facts.missing?.[letter];
    if (hint !== undefined) {
      complaints.push(gnuism(word, `\`${name} -${letter}\` is not on every NetBSD`, hint));
      return 0;
    }
    if (facts.valued?.includes(letter) === true) {
      return at === letters.length - 1 && word.value !== undefined ? 1 : 0;
    }
  }
  return 0;
}

function judgeLong(name: string, { long = [] }: ToolFacts, word: Word): Complaint[] {
  const option = /^--[\w-]*/.exec(word.prefix)?.[0] ?? '';
  if (long.includes(option.slice(2))) return [];
  return [gnuism(word, `\`${name}\` has no long options`, `write what ${option} means with short ones`)];
}

function tooLate(name: string, word: Word): Complaint {
  return gnuism(
    word,
    `\`${word.prefix}\` after an operand is an operand on NetBSD`,
    `write options of \`${name}\` first`,
  );
}

function gnuism(word: Word, message: string, hint: string): Complaint {
  return wrong('SH_GNUISM', word.start, message, hint);
}

type Judge = (args: readonly Word[], command: Word) => readonly [Word, string, string] | undefined;

const judges: Readonly<Record<string, Judge>> = {
  dd: (args) => {
    const size = args.find(({ value }) => /^(?:bs|ibs|obs|count|skip|seek)=\d+[KMGT]/.test(value ?? ''));
    if (size) return [size, 'dd knows small letters only', 'write k, m or g'];
    const status = args.find(({ prefix }) => /^(?:status|iflag|oflag)=/.test(prefix));
    return status && [status, `dd has no ${status.prefix}`, 'send its messages to /dev/null: 2>/dev/null'];
  },
  head: (args) => {
    const size = args.find(({ value }) => /^(?:-c)?\d+[a-zA-Z]+$/.test(value ?? ''));
    return size && [size, 'head -c takes a plain number', 'write the number of bytes'];
  },
  mktemp: (args, command) => {
    const hasTemplate = args.some(({ value }) => value === undefined || /^-[a-z]*t|^[^-]/.test(value));
    return hasTemplate
      ? undefined
      : [command, 'mktemp needs a template on older releases', 'write /tmp/name.XXXXXX, or use "$m_work"'];
  },
  tar: (args) => {
    const [first] = args;
    const letters = /^-?([A-Za-z]+)$/.exec(first?.value ?? '')?.[1];
    if (first === undefined || letters?.includes('J') !== true) return undefined;
    return [first, 'tar J is not on every NetBSD', 'use z, or xz -dc FILE | tar xf -'];
  },
  find: (args, command) => {
    const printf = args.find(({ value }) =>
      /^-(?:f?printf|regextype|readable|executable|quit)$/.test(value ?? ''),
    );
    if (printf)
      return [printf, `find has no ${printf.value ?? ''}`, 'use -print and ask ls or stat -f about each'];
    const [first] = args;
    const hasPath = first === undefined || !/^-[a-z]{2,}/.test(first.prefix);
    return hasPath ? undefined : [command, 'find needs a directory to start from', 'write: find . ...'];
  },
  date: (args) => {
    const nanoseconds = args.find(({ prefix }) => prefix.startsWith('+') && prefix.includes('%N'));
    return nanoseconds && [nanoseconds, 'date +%N prints the letter N', 'use whole seconds: date +%s'];
  },
  expr: (args) => {
    const [first] = args;
    if (!/^(?:length|substr|index|match)$/.test(first?.value ?? '') || args.length < 2) return undefined;
    return (
      first && [
        first,
        `expr has no ${first.value ?? ''}`,
        'use ${#name}, ${name#pattern}, or expr TEXT : REGEX',
      ]
    );
  },
  ps: (args) => {
    const list = args.find(({ value }) => /=,/.test(value ?? ''));
    return (
      list && [
        list,
        'ps reads everything after the first = as a header',
        'give each column an -o of its own: -o pid= -o ppid=',
      ]
    );
  },
  sed: (args) => {
    const script = args.find(({ value }) => /(?:^|[^\\])(?:\\\\)*\\[|+?t]/.test(value ?? ''));
    return script && [script, 'sed has no \\|, \\+, \\? and \\t', 'use awk, -e twice, or \\{1,\\}'];
  },
  sort: (args) => {
    const key = args.find(({ value }) => /^-k?\d[\d.,a-zA-Z]*[hVR]/.test(value ?? ''));
    return (
      key && [key, 'sort keys know b, d, f, i, n and r only', 'print plain numbers (du -k), and sort by -n']
    );
  },
  su: (args) => {
    const [first] = args;
    return first?.value === '-c'
      ? [first, 'su -c before the name is a login class', 'write: su NAME -c COMMAND']
      : undefined;
  },
};
