// The text of a result on standard output.
import type { Config } from '../sources/index.ts';
import type { RunResult } from '../model/index.ts';
import { type RenderOptions, renderResult, type Style } from '../report/index.ts';
import { OutputError, writeOut } from './outputs.ts';

/**
 * Prints the text of a result. What many hosts said may be longer than a text can be; JSON is written in pieces. Throws
 * OutputError then.
 */
export function printText(result: RunResult, style: Style, options: RenderOptions = {}): void {
  writeOut(asText(() => renderResult(result, style, options)));
}

function asText(render: () => string): string {
  try {
    return render();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new OutputError(
      'OUTPUT_LONG',
      'the hosts printed more than one text can hold, so nothing is shown',
      {
        cause,
        hint: 'changes on hosts remain; --json shows any amount, --limit uses fewer hosts at once',
      },
    );
  }
}

/** The environment as far as colour goes, with the configuration's wish in it. */
export function colorEnvironment({ color }: Config): NodeJS.ProcessEnv {
  if (color === 'auto') return process.env;
  return color === 'always' ? { ...process.env, FORCE_COLOR: '1' } : { ...process.env, FORCE_COLOR: '0' };
}
