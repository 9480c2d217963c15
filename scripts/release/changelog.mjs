// CHANGELOG.md: what is released, what is not yet, and how the one becomes the other.

const unreleasedHead = '## [Unreleased]';
const head = /^## \[([^\]]+)\](?: - (\S+))?$/gm;

/**
 * The versions that the changelog calls released, the newest first. Throws for a section that is neither `[Unreleased]` nor
 * a version with its day.
 * @param {string} text
 * @returns {readonly string[]}
 */
export function releasedVersions(text) {
  return [...text.matchAll(head)]
    .filter(([line]) => line !== unreleasedHead)
    .map(([line, version = '', day = '']) => {
      if (!/^\d+\.\d+\.\d+/.test(version) || !/^\d{4}-\d\d-\d\d$/.test(day))
        throw new Error(
          `CHANGELOG.md: "${line}" is neither "${unreleasedHead}" nor "## [VERSION] - YYYY-MM-DD"`,
        );
      return version;
    });
}

/**
 * What stands under `[Unreleased]`, without the heading. Throws if there is no such section, or nothing in it.
 * @param {string} text
 * @returns {string}
 */
export function unreleasedNotes(text) {
  const start = text.indexOf(`${unreleasedHead}\n`);
  if (start < 0) throw new Error(`CHANGELOG.md has no section "${unreleasedHead}"`);
  const rest = text.slice(start + unreleasedHead.length + 1);
  const end = rest.search(/^## /m);
  const notes = (end < 0 ? rest : rest.slice(0, end)).trim();
  if (!/^- /m.test(notes))
    throw new Error('CHANGELOG.md has nothing under "[Unreleased]": there is nothing to release');
  return notes;
}

/**
 * The changelog after the release: what was unreleased has a version and a day, above it is an empty section.
 * @param {string} text
 * @param {string} version
 * @param {string} day YYYY-MM-DD
 */
export function withRelease(text, version, day) {
  return text.replace(`${unreleasedHead}\n`, `${unreleasedHead}\n\n## [${version}] - ${day}\n`);
}

/**
 * Negative, 0 or positive, as versions are ordered; a pre-release is before its release.
 * @param {string} a
 * @param {string} b
 */
export function compareVersions(a, b) {
  const [[numbersA, preA], [numbersB, preB]] = [parts(a), parts(b)];
  for (const [at, number] of numbersA.entries()) {
    const other = numbersB[at] ?? 0;
    if (number !== other) return number - other;
  }
  if (preA === preB) return 0;
  if (preA === '' || preB === '') return preA === '' ? 1 : -1;
  return preA.localeCompare(preB, 'en', { numeric: true });
}

/**
 * @param {string} version
 * @returns {readonly [readonly number[], string]}
 */
function parts(version) {
  const [, numbers = '', pre = ''] = /^(\d+\.\d+\.\d+)(?:-([\w.]+))?$/.exec(version) ?? [];
  if (numbers === '') throw new Error(`"${version}" is no version: it is MAJOR.MINOR.PATCH`);
  return [numbers.split('.').map(Number), pre];
}

/**
 * Why `version` cannot be the next one, or undefined. A patch repairs: what adds or removes something is at least a minor.
 * @param {string} version
 * @param {{ written: string, released: readonly string[], notes: string }} known `written` is that of package.json
 */
export function refusalOf(version, { written, released, notes }) {
  const [last] = released.toSorted(compareVersions).toReversed();
  if (last !== undefined && compareVersions(version, last) <= 0)
    return `${version} is not above ${last}, which is released`;
  if (compareVersions(version, written) < 0)
    return `${version} is below ${written}, the version of package.json`;
  const isPatch = last !== undefined && /^(.*)\.\d+/.exec(version)?.[1] === /^(.*)\.\d+/.exec(last)?.[1];
  const more = /^### (Added|Removed)\b/m.exec(notes)?.[1];
  if (isPatch && more !== undefined)
    return `${version} after ${last} is a patch, but CHANGELOG.md has "### ${more}" under "[Unreleased]"`;
  return undefined;
}
