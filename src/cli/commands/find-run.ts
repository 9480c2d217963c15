// Which run of the history a word of the command line means.
import { UsageError } from '../../model/index.ts';
import type { History } from '../../store/index.ts';

/**
 * The id of the run that a word means: an id, its beginning, what stands behind its last dash, or `newest`. Throws UsageError when
 * it is none, or more than one.
 */
export async function findRun(history: History, word = 'newest'): Promise<string> {
  if (word === 'newest') {
    const [newest] = (await history.list({})).runs;
    if (newest !== undefined) return newest.runId;
    throw new UsageError('SHOW_NONE', `there is no run in ${history.place}`, {
      hint: 'runs are recorded unless --no-history or the configuration says otherwise',
    });
  }
  const ids = await history.ids();
  if (ids.includes(word)) return word;
  const found = ids.filter((id) => id.startsWith(word) || id.slice(id.lastIndexOf('-') + 1).startsWith(word));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw found.length === 0
    ? new UsageError('SHOW_RUN', `no run in ${history.place} begins with ${word}`, {
        hint: '`muster history` shows them; `muster show newest HOST` is about the newest',
      })
    : new UsageError('SHOW_RUN', `${word} may be ${found.length} runs`, {
        hint: `${found.slice(-5).reverse().join(', ')}${found.length > 5 ? ', ...' : ''}`,
      });
}
