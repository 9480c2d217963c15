// A page that is served asks for what is new of a run that goes on, until it ends.
import { useEffect, useState } from 'preact/hooks';
import type { PageData } from '../report/html/page-data.ts';

/** What is known, and whether the muster that served the page still answers. */
export interface Live {
  readonly data: PageData;
  readonly isSilent: boolean;
}

const restMs = 1000;
/** A server with much to send is asked less often: after so many times as long as an answer took. */
const restTimes = 4;

/** The data of the page; newer data when there is some. */
export function useLive(first: PageData): Live {
  const [live, setLive] = useState<Live>({ data: first, isSilent: false });
  const { data } = live;
  const version = data.served?.live?.version;
  useEffect(() => {
    if (version === undefined) return undefined;
    const gone = new AbortController();
    const isGone = (): boolean => gone.signal.aborted;
    const ask = async (): Promise<void> => {
      let ms = restMs;
      while (!isGone()) {
        await rest(ms);
        const begun = Date.now();
        const next = await newer(data.runId, version, gone.signal);
        if (isGone()) return;
        if (next === 'silent') setLive((known) => ({ ...known, isSilent: true }));
        else if (next === 'same')
          setLive((known) => (known.isSilent ? { ...known, isSilent: false } : known));
        else {
          setLive({ data: next, isSilent: false });
          return;
        }
        ms = Math.max(restMs, restTimes * (Date.now() - begun));
      }
    };
    ask().catch(() => undefined);
    return () => {
      gone.abort();
    };
  }, [version]);
  return live;
}

async function newer(
  runId: string,
  version: number,
  signal: AbortSignal,
): Promise<PageData | 'same' | 'silent'> {
  try {
    const answer = await fetch(`/run/${runId}/data?seen=${version}`, { signal });
    if (answer.status === 204) return 'same';
    return answer.ok ? ((await answer.json()) as PageData) : 'silent';
  } catch {
    return 'silent';
  }
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
