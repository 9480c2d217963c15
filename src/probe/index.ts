// Questions that the controller itself asks hosts from outside.
export { type AskOptions, askDns, type DnsQuery, type DnsReply } from './dns.ts';
export { probeFleet } from './probe-fleet.ts';
export { planProbes, type ProbeQuestion } from './questions.ts';
