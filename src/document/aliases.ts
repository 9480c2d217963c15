// Which node each alias of a document stands for, found in one pass: the last one before it with that anchor.
import { isAlias, visit } from 'yaml';
import type { Document, Node } from 'yaml';

/** From each alias to its node; an alias with nothing before it is not in it. */
export type AliasTargets = ReadonlyMap<unknown, Node>;

/** Finds the targets of all aliases. */
export function resolveAliases(document: Document): AliasTargets {
  const targets = new Map<unknown, Node>();
  const nodesByAnchor = new Map<string, Node>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = nodesByAnchor.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) nodesByAnchor.set(node.anchor, node);
    },
  });
  return targets;
}
