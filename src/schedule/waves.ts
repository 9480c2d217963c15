// Waves: hosts that are worked on together.

/** Splits the hosts into waves; the rest goes in waves of the last size. */
export function planWaves<T>(hosts: readonly T[], sizes: readonly number[]): readonly (readonly T[])[] {
  if (sizes.length === 0) return hosts.length === 0 ? [] : [hosts];
  const waves: (readonly T[])[] = [];
  let at = 0;
  for (let index = 0; at < hosts.length; index++) {
    const size = Math.max(1, sizes[Math.min(index, sizes.length - 1)] ?? 1);
    waves.push(hosts.slice(at, at + size));
    at += size;
  }
  return waves;
}
