// How a text may look where it goes: colour, symbols and width, decided once and passed in as a plain value.

/** What the reader's terminal (or file) can take. */
export interface Style {
  readonly color: boolean;
  /** False: symbols fall back to ASCII. */
  readonly unicode: boolean;
  /** Width to lay text out for. */
  readonly columns: number;
}

/** No colour, UTF-8, 100 columns: what a file or a pipe gets. */
export const plainStyle: Style = { color: false, unicode: true, columns: 100 };

/** What is known of the stream that the text goes to. */
export interface Target {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * The style for a stream. FORCE_COLOR wins over NO_COLOR (as in Node), both over what the stream is; `TERM=dumb`
 * has no colour; symbols need a UTF-8 locale.
 */
export function styleFor(env: Readonly<Record<string, string | undefined>>, target: Target): Style {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(isSet) ?? '';
  return {
    color: wantsColor(env, target),
    unicode: /utf-?8/i.test(locale),
    columns: target.columns !== undefined && target.columns > 0 ? target.columns : plainStyle.columns,
  };
}

const colors = { red: 31, green: 32, yellow: 33, cyan: 36, bold: 1, dim: 2 } as const;

export type Color = keyof typeof colors;

/** The text in a colour, or as it is when the style has none. */
export function paint(style: Style, color: Color, text: string): string {
  return style.color && text !== '' ? `\u001b[${colors[color]}m${text}\u001b[0m` : text;
}

const symbols = {
  good: ['✔', 'v', 'green'],
  bad: ['✖', 'x', 'red'],
  unknown: ['?', '?', 'yellow'],
  changed: ['~', '~', 'yellow'],
  added: ['+', '+', 'green'],
  removed: ['-', '-', 'red'],
  same: ['=', '=', 'dim'],
  skipped: ['↓', '-', 'dim'],
  running: ['▸', '>', 'cyan'],
  waiting: ['·', '.', 'dim'],
} as const;

/** What a symbol stands for. */
export type Mark = keyof typeof symbols;

/** The one-column symbol for a mark, painted. */
export function symbol(style: Style, mark: Mark): string {
  const [unicode, ascii, color] = symbols[mark];
  return paint(style, color, style.unicode ? unicode : ascii);
}

function wantsColor(env: Readonly<Record<string, string | undefined>>, target: Target): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (isSet(env['NO_COLOR']) || env['TERM'] === 'dumb') return false;
  return target.isTTY === true;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
