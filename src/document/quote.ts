// Texts from a file as messages show them: in quotes, and with nothing in them that the eye cannot see.
import { unseen } from '../model/index.ts';

/** The text in double quotes; what cannot be seen is written out. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(unseen, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** The first character that no eye can tell from another or from nothing, as `U+00A0`; undefined when there is none. */
export function unseenIn(text: string): string | undefined {
  const found = text.match(unseen)?.[0]?.codePointAt(0);
  return found === undefined ? undefined : `U+${found.toString(16).toUpperCase().padStart(4, '0')}`;
}
