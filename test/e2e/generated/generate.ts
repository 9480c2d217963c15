// One seed, one configuration.
import { Draft } from './draft.ts';
import type { Feature } from './features/feature.ts';
import { listeningFeatures } from './features/listening.ts';
import { settingFeatures } from './features/settings.ts';
import { shapeFeatures } from './features/shape.ts';
import { writingFeatures } from './features/writing.ts';
import { writtenZoneFeatures } from './features/written-zones.ts';
import { zoneFeatures } from './features/zones.ts';
import type { GeneratedHost, Surroundings } from './model.ts';
import { render } from './render.ts';

/** All features, in the order in which they are added: later ones build on earlier ones. */
export const features: readonly Feature[] = [
  ...shapeFeatures,
  ...listeningFeatures,
  ...zoneFeatures,
  ...writtenZoneFeatures,
  ...settingFeatures,
  ...writingFeatures,
];

/** The configuration of this seed; `without` are names of features that are left out, to find out which one matters. */
export function generate(
  seed: number,
  around: Surroundings,
  without: ReadonlySet<string> = new Set(),
): GeneratedHost {
  const draft = new Draft(seed, around);
  for (const feature of features) {
    if (without.has(feature.name)) continue;
    const added = feature.add(draft, draft.random(feature.name));
    if (added !== undefined) draft.features.push(...(typeof added === 'string' ? [added] : added));
  }
  return render(draft);
}
