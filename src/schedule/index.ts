// How many hosts at a time, in which order, and when to stop starting more. Values in, values out.
export { beginSchedule, hostEnded, nextHosts } from './next-hosts.ts';
export type { Strategy } from './strategy.ts';
export { planWaves } from './waves.ts';
