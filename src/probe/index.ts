// Questions that the controller itself asks hosts from outside.
export { askDns } from './dns.ts';
export type { DnsAnswer, DnsQuery } from './dns.ts';
