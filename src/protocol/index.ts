// The event stream between a host's driver and the controller.
export { FrameParser } from './frames.ts';
export type { Frame } from './frames.ts';
export { LineSplitter, parseHostLine } from './host-lines.ts';
export type { HostLine } from './host-lines.ts';
