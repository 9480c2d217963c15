// How the operator writes: comments that look like statements, and everything on few lines.
import type { Feature } from './feature.ts';

/** Comments that a reader of the text, who is no parser, would take for statements. */
export const misleading = [
  '# include "/nowhere/commented.conf";',
  '// zone "gone.example" { type primary; file "/gone/gone.example"; };',
  '/* options { directory "/gone"; listen-on port 99 { any; }; };\n   include "/nowhere/also.conf"; */',
];

const comments: Feature = {
  name: 'comments',
  add(draft, random) {
    if (!random.chance(0.4)) return undefined;
    draft.comments.push(...misleading.filter(() => random.chance(0.7)));
    return 'comments that look like statements';
  },
};

const dense: Feature = {
  name: 'dense',
  add(draft, random) {
    if (!random.chance(0.12)) return undefined;
    draft.comments.length = 0;
    draft.isDense = true;
    return 'all on one line';
  },
};

export const writingFeatures: readonly Feature[] = [comments, dense];
