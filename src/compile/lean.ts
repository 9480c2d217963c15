// What of a file is sent: comments are for who reads it in the repository, or on a host where an apply left it.
import { withoutComments } from '../sh/index.ts';

const leanByBytes = new WeakMap<Uint8Array, Uint8Array>();

/** A script of the runtime or of a playbook without its comments; any other file as it is. All hosts of a run get the same bytes. */
export function leanFile(path: string, bytes: Uint8Array): Uint8Array {
  const lean = leanOf(path);
  if (lean === undefined) return bytes;
  const known = leanByBytes.get(bytes);
  if (known !== undefined) return known;
  const made = new TextEncoder().encode(lean(new TextDecoder().decode(bytes)));
  leanByBytes.set(bytes, made);
  return made;
}

function leanOf(path: string): ((text: string) => string) | undefined {
  // Not to scan what is ours: a test says that none of its lines is one of a here-document and begins so.
  if (path.startsWith('runtime/')) return (text) => text.replaceAll(/^[ \t]*#.*$/gm, '');
  return /^playbook\/(?:steps\/.*|lib\/[^/]*|uses\/[^/]*\/[^/]*)\.sh$/.test(path)
    ? withoutComments
    : undefined;
}

/** What lies in a playbook's directory for people, and is asked for by nothing on a host. */
export function isForPeople(path: string): boolean {
  return /^(?:playbook\.yaml|(?:README|LICEN[CS]E|CHANGELOG)(?:\.[^/]*)?|(?:tests?|docs?)\/.*)$/.test(path);
}
