// Progress without a terminal, for pipes and CI: one line for each thing worth knowing, `host | ` in front.
import type { EventListener, RunEvent } from '../model/index.ts';
import { escapeTerminal } from './escape.ts';
import { count, displayWidth, padEnd } from './layout.ts';
import { withReason } from './trouble.ts';

export interface PlainOptions {
  /** Takes whole lines with their line ends; must not throw. */
  readonly write: (text: string) => void;
  /** Also what the steps' commands print, resources, and checks that hold. */
  readonly verbose?: boolean;
}

/** Most characters of an unfinished line that are held back until its line end comes. */
const maxHeld = 4096;

/** A listener that writes one line per important event as it happens. */
export function plainReporter(options: PlainOptions): EventListener {
  const { write, verbose = false } = options;
  const heldByPlace = new Map<string, string>();
  let width = 0;
  const line = (host: string, text: string): void => {
    write(`${padEnd(escapeTerminal(host), width)} | ${text}\n`);
  };
  const output = (event: Extract<RunEvent, { type: 'output' }>): void => {
    const place = `${event.host}\n${event.step}\n${event.stream}`;
    const lines = ((heldByPlace.get(place) ?? '') + event.text).split('\n');
    const last = lines.pop() ?? '';
    const whole = last.length > maxHeld ? [...lines, last] : lines;
    heldByPlace.set(place, last.length > maxHeld ? '' : last);
    for (const text of whole) line(event.host, outputText(event.step, event.stream, text));
  };
  const flush = (host: string, step: string): void => {
    for (const stream of ['stdout', 'stderr'] as const) {
      const held = heldByPlace.get(`${host}\n${step}\n${stream}`);
      heldByPlace.delete(`${host}\n${step}\n${stream}`);
      if (held !== undefined && held !== '') line(host, outputText(step, stream, held));
    }
  };
  return (event) => {
    if (event.type === 'run-started')
      width = Math.max(0, ...event.hosts.map((host) => displayWidth(escapeTerminal(host))));
    if (event.type === 'output') {
      if (verbose) output(event);
      return;
    }
    if (event.type === 'step-finished') flush(event.host, event.step);
    const text = describe(event, verbose);
    if (text === undefined) return;
    if ('host' in event) line(event.host, text);
    else write(`${text}\n`);
  };
}

function outputText(step: string, stream: 'stdout' | 'stderr', text: string): string {
  return `${escapeTerminal(step)}${stream === 'stdout' ? '>' : '!'} ${escapeTerminal(text, 'tab')}`.trimEnd();
}

/** What to say about an event; undefined when it is not worth a line. */
function describe(event: RunEvent, verbose: boolean): string | undefined {
  switch (event.type) {
    case 'run-started': {
      const what = [event.action, event.playbook]
        .filter((word) => word !== '')
        .map((word) => escapeTerminal(word));
      return `${what.join(' ')}: ${count(event.hosts.length, 'host')}, run ${escapeTerminal(event.runId)}`;
    }
    case 'host-connected':
      return verbose ? 'connected' : undefined;
    case 'step-finished':
      return `${escapeTerminal(event.step)}: ${withReason(event.outcome, event.reason)}`;
    case 'host-finished':
      return `done: ${withReason(event.outcome, event.reason)}`;
    case 'notice':
      return `note: ${escapeTerminal(event.message)}`;
    case 'resource':
      return describeResource(event.result, verbose);
    case 'check': {
      const { step, name, holds, message } = event.result;
      if (holds && !verbose) return undefined;
      return `${escapeTerminal(`${step}:${name}`)} ${holds ? 'holds' : withReason('does not hold', message)}`;
    }
    case 'probe': {
      const { probe, name, holds, message } = event.result;
      if (holds && !verbose) return undefined;
      const title = escapeTerminal(`probe ${probe}:${name}`);
      return `${title} ${holds ? 'holds' : withReason('does not hold', message)}`;
    }
    case 'probes-started':
      return `asking ${count(event.hosts.length, 'host')} from outside: ${count(event.questions, 'question')}`;
    case 'interrupted':
    case 'other-run':
    case 'receipt':
    case 'output-cut':
    case 'command-finished':
    case 'proof':
    case 'host-ended':
    case 'host-started':
    case 'step-started':
    case 'fact':
    case 'observation':
    case 'output':
    case 'run-finished':
      return undefined;
  }
}

function describeResource(
  { step, resource, target, status, reason }: Extract<RunEvent, { type: 'resource' }>['result'],
  verbose: boolean,
): string | undefined {
  if (!verbose && status !== 'failed' && status !== 'conflict') return undefined;
  return `${escapeTerminal(`${step}: ${resource} ${target}`)} ${withReason(status, reason)}`;
}
