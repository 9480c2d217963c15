// Whether a practice host serves: asked from outside, by protocol, because an engine's port accepts connections before
// anything listens behind it.
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { decode, encode } from 'dns-packet';

const answerTimeoutMs = 2_000;
const pauseMs = 250;

/** True when an SSH server greets at the port within two seconds. */
export function greetsAsSsh(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    let greeting = '';
    const settle = (greets: boolean): void => {
      socket.destroy();
      resolve(greets);
    };
    socket.setTimeout(answerTimeoutMs, () => {
      settle(false);
    });
    socket.on('error', () => {
      settle(false);
    });
    socket.on('close', () => {
      settle(false);
    });
    socket.on('data', (bytes) => {
      greeting += bytes.toString('latin1');
      if (greeting.length >= 4) settle(greeting.startsWith('SSH-'));
    });
  });
}

/** True when a name server gives any answer at the UDP port within two seconds; a refusal is an answer. */
export function answersDns(address: string, port: number): Promise<boolean> {
  const id = 0x6d75;
  const query = encode({ type: 'query', id, questions: [{ type: 'NS', name: '.' }] });
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const settle = (answers: boolean): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.close();
      resolve(answers);
    };
    const timer = setTimeout(() => {
      settle(false);
    }, answerTimeoutMs);
    socket.on('error', () => {
      settle(false);
    });
    socket.on('message', (bytes) => {
      settle(isAnswer(bytes, id));
    });
    socket.connect(port, address, () => {
      socket.send(query);
    });
  });
}

function isAnswer(bytes: Buffer, id: number): boolean {
  try {
    const packet = decode(bytes);
    return packet.type === 'response' && packet.id === id;
  } catch {
    return false;
  }
}

/** Asks again and again until the answer is yes (true) or the time is up (false). A question that throws ends it. */
export async function eventually(question: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    if (await question()) return true;
    await sleep(pauseMs);
  }
  return false;
}
