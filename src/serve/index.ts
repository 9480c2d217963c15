// The face of serve: a small web server that only shows.
export { type Address, parseAddress } from './address.ts';
export { type Reply, type ReportServer, type ServedPages, startServer } from './server.ts';
