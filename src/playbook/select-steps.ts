// Which steps of a playbook a command line asks for.
import { didYouMean, UsageError } from '../model/index.ts';
import type { Playbook, Step } from './model.ts';

export interface StepSelection {
  /** Only steps with one of these tags; empty or absent means all. */
  readonly tags?: readonly string[];
  /** No steps with one of these tags. */
  readonly skipTags?: readonly string[];
  /** Only this step and those after it. */
  readonly from?: string;
}

/** The steps asked for, in playbook order. Throws UsageError for an unknown tag or step, and when no step is left. */
export function selectSteps(
  playbook: Playbook,
  { tags = [], skipTags = [], from }: StepSelection,
): readonly Step[] {
  const known = new Set(playbook.steps.flatMap((step) => step.tags));
  for (const tag of [...tags, ...skipTags]) requireKnown(playbook, 'tag', tag, known);
  const ids = playbook.steps.map(({ id }) => id);
  if (from !== undefined) requireKnown(playbook, 'step', from, new Set(ids));
  const steps = playbook.steps
    .slice(from === undefined ? 0 : ids.indexOf(from))
    .filter((step) => tags.length === 0 || step.tags.some((tag) => tags.includes(tag)))
    .filter((step) => !step.tags.some((tag) => skipTags.includes(tag)));
  if (steps.length > 0) return steps;
  throw new UsageError('PLAYBOOK_NO_STEPS', `no step of playbook ${playbook.name} is left`, {
    hint: 'choose more tags, or an earlier first step',
  });
}

function requireKnown(
  playbook: Playbook,
  what: 'tag' | 'step',
  name: string,
  known: ReadonlySet<string>,
): void {
  if (known.has(name)) return;
  const code = what === 'tag' ? 'PLAYBOOK_UNKNOWN_TAG' : 'PLAYBOOK_UNKNOWN_STEP';
  const listed = [...known].join(', ') || 'none';
  throw new UsageError(code, `playbook ${playbook.name} has no ${what} "${name}"`, {
    hint: didYouMean(name, known) ?? `${what}s: ${listed}`,
  });
}
