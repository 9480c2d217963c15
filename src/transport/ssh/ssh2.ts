// What a client needs of ssh2. Its face would load its server, its generator of keys and clients of HTTP and TLS, too.
import agents from 'ssh2/lib/agent.js';
import Client from 'ssh2/lib/client.js';
import parser from 'ssh2/lib/protocol/keyParser.js';

export { Client };
export const { BaseAgent, OpenSSHAgent } = agents;
export const { parseKey } = parser;
