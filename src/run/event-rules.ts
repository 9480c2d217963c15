// What a host may say in its event log, and how much of it: each kind of event is counted, and each name measured. What a
// bound is for is in docs/protocol.md.
import { hostBounds } from '../protocol/index.ts';
import type { HostLine } from '../protocol/index.ts';

/** The rules over all events of one host's run. */
export class EventRules {
  readonly #countsByBound = new Map<string, number>();
  #diffLines = 0;

  /** Why this event cannot be, or undefined; then it is counted. */
  broken(line: HostLine): string | undefined {
    return this.#tooMany('events') ?? brokenNumber(line) ?? brokenName(line) ?? this.#brokenCount(line);
  }

  #brokenCount(line: HostLine): string | undefined {
    this.#diffLines = line.kind === 'd' ? this.#diffLines + 1 : 0;
    const { diffLines, steps } = hostBounds;
    if (this.#diffLines > diffLines.limit) return `it sent a diff of more than ${diffLines.limit} lines`;
    switch (line.kind) {
      case 'step':
        if (line.index > steps.limit) return `a step came that has a number over ${steps.limit}`;
        return this.#tooMany('steps');
      case 'end':
        // Each ends a step; a host may say more ends than beginnings, but no more of them.
        return this.#tooMany('steps', 'ends of steps');
      case 'res':
        return this.#tooMany('resources');
      case 'fact':
        return this.#tooMany('facts');
      case 'obs':
        return this.#tooMany('observations');
      case 'check':
        return this.#tooMany('checks');
      case 'notice':
        return this.#tooMany('notices');
      case 'd':
      case 'begin':
      case 'receipt':
      case 'other':
      case 'wait':
      case 'proof':
      case 'exit':
      case 'fin':
      case 'unknown':
        return undefined;
    }
  }

  #tooMany(bound: keyof typeof hostBounds, what: string = bound): string | undefined {
    const count = (this.#countsByBound.get(what) ?? 0) + 1;
    this.#countsByBound.set(what, count);
    const { limit } = hostBounds[bound];
    return count > limit ? `more than ${limit} ${what} came` : undefined;
  }
}

function brokenNumber(line: HostLine): string | undefined {
  const isBroken = Object.values(line).some((field) => Number.isNaN(field));
  return isBroken ? `a field of \`${line.kind}\` is no number` : undefined;
}

/** Names are what texts are found and sorted by; the rest of an event is as long as a line may be. */
function brokenName(line: HostLine): string | undefined {
  const { limit } = hostBounds.name;
  return namesOf(line).some((name) => name.length > limit)
    ? `a name of more than ${limit} characters came in \`${line.kind}\``
    : undefined;
}

function namesOf(line: HostLine): readonly string[] {
  switch (line.kind) {
    case 'fact':
      return [line.key];
    case 'obs':
      return [line.key, line.mask];
    case 'begin':
      return [line.runId, line.action];
    case 'step':
    case 'end':
      return [line.id];
    case 'res':
      return [line.resource, line.target, line.step, line.after];
    case 'check':
      return [line.name];
    case 'receipt':
      return [line.runId, line.playbook, line.operator, line.started];
    case 'other':
      return [line.runId, line.action, line.playbook, line.operator, line.since];
    case 'd':
    case 'wait':
    case 'proof':
    case 'exit':
    case 'notice':
    case 'fin':
    case 'unknown':
      return [];
  }
}
