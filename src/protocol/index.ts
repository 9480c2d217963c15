// The event stream between a host's driver and the controller.
export { hostBounds } from './bounds.ts';
export type { HostBound } from './bounds.ts';
export { FrameParser } from './frames.ts';
export type { Amounts, Frame } from './frames.ts';
export { parseHostLine } from './host-lines.ts';
export type { HostLine } from './host-lines.ts';
export { LineSplitter } from './line-splitter.ts';
