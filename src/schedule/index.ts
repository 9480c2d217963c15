// How many hosts at a time, in which order, and when to stop starting more. Values in, values out.
export { planWaves } from './waves.ts';
export type { Strategy } from './strategy.ts';
