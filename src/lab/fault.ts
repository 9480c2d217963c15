// Faults as a person writes them.
import { didYouMean, UsageError } from '../model/index.ts';
import type { LabFault } from './lab.ts';

/** What `parseFault` takes, for messages and help. */
export const faultForms = 'latency=50ms, loss=5%, cut, refuse, freeze, full-disk, slow-cpu or reboot';
/** What is typed, up to a number. */
const faultWords = [
  'latency=50ms',
  'loss=5%',
  'cut',
  'refuse',
  'freeze',
  'full-disk',
  'slow-cpu',
  'reboot',
  'clear',
];
const mostLatencyMs = 60_000;

/** Reads `latency=50ms`, `loss=5%` or a plain word. Throws UsageError (LAB_FAULT). */
export function parseFault(text: string): LabFault {
  const latency = /^latency=(\d+)(ms|s)$/.exec(text);
  if (latency !== null) {
    const milliseconds = Number(latency[1]) * (latency[2] === 's' ? 1000 : 1);
    if (milliseconds <= mostLatencyMs) return { kind: 'latency', milliseconds };
  }
  const loss = /^loss=(\d+(?:\.\d+)?)%$/.exec(text);
  if (loss !== null && Number(loss[1]) <= 100) return { kind: 'loss', share: Number(loss[1]) / 100 };
  switch (text) {
    case 'cut':
    case 'refuse':
    case 'freeze':
    case 'full-disk':
    case 'slow-cpu':
    case 'reboot':
      return { kind: text };
    default:
      throw new UsageError('LAB_FAULT', `not a fault: ${JSON.stringify(text)}`, {
        hint: [
          didYouMean(
            text,
            faultWords.filter((word) => word !== text),
          ),
          `a fault is ${faultForms}`,
        ]
          .filter((hint) => hint !== undefined)
          .join(' '),
      });
  }
}
