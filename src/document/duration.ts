// Lengths of time as people write them: `500ms`, `10s`, `45m`, `2h`.
import { z } from 'zod';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
// Timers of Node overflow after 24.8 days and then fire at once; nothing here needs more than a day.
const longestMs = 24 * 3_600_000;
const expectation = 'expected a length of time such as 500ms, 10s, 45m or 2h';
const form = /^(\d{1,8})(ms|s|m|h)$/;

/** A length of time, more than nothing and at most 24 hours; the output is in milliseconds. */
export const durationSchema = z
  .string({ error: explain })
  .regex(form, { error: expectation })
  .transform(toMs)
  .refine((ms) => ms > 0 && ms <= longestMs, { error: 'expected more than 0 and at most 24h' });

function explain({ input }: { readonly input?: unknown }): string | undefined {
  if (typeof input !== 'number') return undefined;
  return `${expectation}, found ${input}, which has no unit`;
}

function toMs(text: string): number {
  const match = form.exec(text);
  return Number(match?.[1]) * (unitMs[match?.[2] ?? ''] ?? Number.NaN);
}
