// Plans that the operator made here. What was named then is named when they are applied; a plan from elsewhere names files
// that nobody did, and they pass the same gate as files that a search found.
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { reachOf } from '../actions/index.ts';
import { digestOf, type PlaybookTarget, type SavedPlan } from '../compile/index.ts';
import { isMusterError } from '../model/index.ts';
import { addTrust, isTrusted, trustDirectory, withdrawTrust } from '../sources/index.ts';
import { tell } from './taken-fleet.ts';

/** Remembers a plan that makes this machine read or run something; others need no memory. */
export async function rememberPlan(
  path: string,
  saved: SavedPlan,
  { inventory, playbook }: PlaybookTarget,
): Promise<void> {
  if (reachOf(inventory, playbook).length === 0) return;
  const place = resolve(path);
  try {
    await withdrawTrust(trustDirectory(), [place]);
    await addTrust(trustDirectory(), {
      digest: await ownDigest(saved),
      path: place,
      files: [place, ...(await placesOf(saved))],
      does: ['be applied from the inventory and the playbook that it was made from'],
      since: saved.made.at,
    });
  } catch (error) {
    if (!isMusterError(error)) throw error;
    tell(`${error.message}; to apply ${path}, name its inventory again with -i`);
  }
}

/** True for a plan that was remembered, for the same files at the same places. Throws UsageError (TRUST_STORE). */
export async function isOwnPlan(saved: SavedPlan): Promise<boolean> {
  return await isTrusted(trustDirectory(), await ownDigest(saved));
}

/** The same plan in another place is about other files. */
async function ownDigest(saved: SavedPlan): Promise<string> {
  const whole = JSON.stringify(['muster own plan 1', digestOf(saved), await placesOf(saved)]);
  return createHash('sha256').update(whole).digest('hex');
}

async function placesOf({ plan: { from } }: SavedPlan): Promise<string[]> {
  return await Promise.all(
    [from.inventory, from.playbook].map((path) => realpath(path).catch(() => resolve(path))),
  );
}
