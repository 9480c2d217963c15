// Checks the libraries that a playbook uses: they exist, hold sh files only, and define nothing that others define. A
// problem of a library is reported at its name in playbook.yaml, or at a line of its own file if that line is the cause.
import { decodeText, isId, type Locator, placeOf } from '../document/index.ts';
import { ConfigError, didYouMean, isMusterError, type Issue, type Location } from '../model/index.ts';
import { functionsOf } from './check-shadows.ts';
import type { Library, PlaybookTree } from './model.ts';

// What a shell finds by `*.sh`, and what every tar and terminal can carry.
const usableName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*\.sh$/;
// The name field of a tar header; what old releases do with longer names is not to be relied on.
const mostBytesOfPath = 100;

/** The key of a library's file among the files of a playbook. */
export function libraryPath(name: string, file: string): string {
  return `uses/${name}/${file}`;
}

/** The libraries that are named and could be read, each once, in that order. */
export function librariesOf(names: readonly string[], tree: PlaybookTree, locator: Locator): Library[] {
  return names.flatMap((name, at) => {
    const found = tree.libraries?.byName.get(name);
    if (found === undefined || isMusterError(found) || names.indexOf(name) !== at) return [];
    return [{ name, directory: found.directory, files: found.files, from: locator.locate(['uses', at]) }];
  });
}

/** What is wrong with the libraries that are named. */
export function checkUses(names: readonly string[], tree: PlaybookTree, locator: Locator): Issue[] {
  const libraries = librariesOf(names, tree, locator);
  return [
    ...names.flatMap((name, at) => {
      const location = locator.locate(['uses', at]);
      const first = names.indexOf(name);
      return first === at
        ? checkLibrary(name, tree, location)
        : [twice(name, location, locator.locate(['uses', first]))];
    }),
    ...libraries.flatMap((library) => checkFiles(library, tree)),
    ...checkOwnFiles(tree),
    ...checkFunctions(libraries, tree),
  ];
}

function twice(name: string, location: Location, { line }: Location): Issue {
  const hint = `the first is on line ${line}`;
  return { code: 'PLAYBOOK_LIBRARY_TWICE', message: `library "${name}" is listed twice`, location, hint };
}

function checkLibrary(name: string, tree: PlaybookTree, location: Location): Issue[] {
  const { directory = `${tree.directory}/../lib`, names = [], byName } = tree.libraries ?? {};
  if (!isId(name)) {
    const message = `${JSON.stringify(name)} is no name of a library`;
    const hint = 'libraries are directories beside the playbook, in ../lib: small letters, digits and -';
    return [{ code: 'PLAYBOOK_LIBRARY_NAME', message, location, hint }];
  }
  const found = byName?.get(name);
  if (found === undefined) {
    const all = names.length === 0 ? 'none' : names.join(', ');
    const hint = didYouMean(name, names) ?? `libraries in ${directory}: ${all}`;
    const message = `no library "${name}" beside the playbook`;
    return [{ code: 'PLAYBOOK_LIBRARY_MISSING', message, location, hint }];
  }
  if (!isMusterError(found)) return [];
  const { code, message, hint } = found;
  return [{ code, message, location, ...(hint === undefined ? {} : { hint }) }];
}

function checkFiles({ name, directory, files, from }: Library, tree: PlaybookTree): Issue[] {
  if (files.size === 0) {
    const message = `library "${name}" holds no file`;
    return [{ code: 'PLAYBOOK_LIBRARY_FILE', message, location: from, hint: `put *.sh in ${directory}` }];
  }
  return [...files].flatMap(([path, { bytes }]): Issue[] => {
    const file = `${directory}/${path}`;
    if (!usableName.test(path) || libraryPath(name, path).length + 'playbook/'.length > mostBytesOfPath) {
      const message = `library "${name}" holds ${JSON.stringify(path)}, which is no sh file with a plain, short name`;
      const hint = 'a library holds *.sh and nothing else: no folders, no documents';
      return [{ code: 'PLAYBOOK_LIBRARY_FILE', message, location: from, hint }];
    }
    return [
      ...(tree.files.has(`lib/${path}`) ? [collision(name, path, from)] : []),
      ...checkText(file, bytes),
    ];
  });
}

function collision(name: string, path: string, location: Location): Issue {
  const message = `library "${name}" and the playbook itself both have a file lib/${path}`;
  const hint = 'rename one of them, because readers would mistake one for the other';
  return { code: 'PLAYBOOK_LIBRARY_COLLIDES', message, location, hint };
}

function checkText(file: string, bytes: Uint8Array): readonly Issue[] {
  try {
    const { text } = decodeText(file, bytes);
    const at = text.indexOf('\r\n');
    if (at < 0) return [];
    const hint = 'sh reads the carriage return as a part of a word; save the file with plain line ends';
    const location = placeOf(file, text, at);
    return [{ code: 'PLAYBOOK_SCRIPT_CRLF', message: 'Windows line ends', location, hint }];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues;
    throw error;
  }
}

/** The directory of libraries must hold nothing else: it would be sourced with them. */
function checkOwnFiles({ directory, files }: PlaybookTree): Issue[] {
  return [...files.keys()]
    .filter((path) => /^uses\/[^/]+\/[^/]+\.sh$/.test(path))
    .map((path) => ({
      code: 'PLAYBOOK_LIBRARY_INSIDE',
      message: `${path} is in the directory that is kept for libraries`,
      location: { file: `${directory}/${path}`, line: 1, column: 1 },
      hint: 'libraries are in ../lib, beside the playbook; its own files belong in lib/',
    }));
}

/** sh takes the last of two functions of one name, without a word. */
function checkFunctions(libraries: readonly Library[], { directory, files }: PlaybookTree): Issue[] {
  if (libraries.length === 0) return [];
  const own = [...files].filter(([path]) => /^lib\/[^/]+\.sh$/.test(path));
  const shared = libraries.flatMap((library) =>
    [...library.files].map(([path, { bytes }]) => ({ file: `${library.directory}/${path}`, bytes })),
  );
  const first = new Map<string, Location>();
  const issues: Issue[] = [];
  for (const { file, bytes } of shared) {
    for (const [name, location] of functionsOf(file, bytes)) {
      const other = first.get(name) ?? location;
      if (other.file === file) first.set(name, other);
      else issues.push(definedTwice(name, location, other));
    }
  }
  for (const [path, { bytes }] of own) {
    for (const [name, location] of functionsOf(`${directory}/${path}`, bytes)) {
      const other = first.get(name);
      if (other !== undefined) issues.push(definedTwice(name, location, other));
    }
  }
  return issues;
}

function definedTwice(name: string, location: Location, other: Location): Issue {
  return {
    code: 'PLAYBOOK_FUNCTION_TWICE',
    message: `function "${name}" is also defined in ${other.file}, line ${other.line}`,
    location,
    hint: 'sh would use one of them without a warning: rename one, or keep one',
  };
}
