// What the program exits with. README.md has the table; which one a run comes to is its verdict, see compare/verdict.ts.

/** By what they mean. */
export const exitCodes = {
  good: 0,
  failed: 1,
  usage: 2,
  drift: 3,
  incomplete: 4,
  bug: 70,
  output: 74,
  interrupted: 130,
} as const;
