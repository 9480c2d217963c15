// Arrow keys go from link to link as the eye does: to the nearest one in that direction.

/** A listener for an element whose links lie in rows and columns. */
export function arrowKeys(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const way = ways[event.key];
  const from = document.activeElement;
  if (way === undefined || from === null || from.tagName !== 'A') return;
  const here = middle(from);
  let best: { readonly element: HTMLElement; readonly far: number } | undefined;
  for (const element of event.currentTarget.querySelectorAll<HTMLElement>('a')) {
    const there = middle(element);
    const along = (there.x - here.x) * way.x + (there.y - here.y) * way.y;
    const aside = Math.abs((there.x - here.x) * way.y) + Math.abs((there.y - here.y) * way.x);
    if (along < 4 || aside > along * 2) continue;
    const far = along + aside * 3;
    if (best === undefined || far < best.far) best = { element, far };
  }
  if (best === undefined) return;
  event.preventDefault();
  best.element.focus();
}

const ways: Readonly<Partial<Record<string, { readonly x: number; readonly y: number }>>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

function middle(element: Element): { readonly x: number; readonly y: number } {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}
