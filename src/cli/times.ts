// Moments as people write them on a command line.
import { UsageError } from '../model/index.ts';

const unitMs: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 24 * 3_600_000,
  w: 7 * 24 * 3_600_000,
};

/**
 * A moment as ISO 8601 in UTC, with milliseconds: `7d` and the like are so long ago, `today` and `yesterday` begin at midnight
 * UTC, and so does a date without a time; a time without a zone is UTC. Throws UsageError.
 */
export function parseTime(text: string, now: Date): string {
  const [, amount, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (amount !== undefined)
    return new Date(now.getTime() - Number(amount) * (unitMs[unit] ?? 0)).toISOString();
  const midnight = `${now.toISOString().slice(0, 10)}T00:00:00.000Z`;
  if (text === 'today') return midnight;
  if (text === 'yesterday') return new Date(Date.parse(midnight) - (unitMs['d'] ?? 0)).toISOString();
  if (/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) {
    const hasZone = /(Z|[+-]\d\d:\d\d)$/.test(text.slice(10)) || text.length === 10;
    const time = Date.parse(`${text.replace(' ', 'T')}${hasZone ? '' : 'Z'}`);
    if (!Number.isNaN(time)) return new Date(time).toISOString();
  }
  throw new UsageError('TIME', `${text} is no time`, {
    hint: 'write 45m, 12h, 7d, 2w, today, yesterday, 2026-11-28 or 2026-11-28T05:00:00Z',
  });
}
