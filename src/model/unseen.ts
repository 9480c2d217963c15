// Characters that a person cannot see, or that change what a person sees of others. One rule, by what Unicode says of
// them: everything that shows text takes it from here.

/**
 * - controls, format characters (bidi controls, joiners, tags), surrogates, private use, and what is assigned to nothing
 *   yet: `\p{C}`;
 * - every space but U+0020, line and paragraph separators: `\p{Z}`;
 * - what may be ignored in display: fillers, variation selectors, the grapheme joiner;
 * - what is drawn as nothing although Unicode calls it a symbol or a letter: blanks of Braille, of musical notes and of
 *   hieroglyphs, the Khitan filler, the replacement for an object;
 * - marks that pile up: from the ninth on a character, and those that stand on nothing.
 */
export const unseen =
  /\p{C}|(?! )\p{Z}|\p{Default_Ignorable_Code_Point}|[\u2800\ufffc\u{13441}\u{13442}\u{16fe4}\u{1d159}]|(?<=(?:^|[\p{C}\p{Z}])\p{M}{0,8})\p{M}|(?<=\p{M}{8})\p{M}/gu;
