// Trouble on the way to a host. What passes the keeper on its way in or out goes through a `Line`, which delays, drops or
// holds it; so faults need neither privileges nor a kernel with traffic control.
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Duplex } from 'node:stream';

/** TCP sends a lost piece again after 200 ms or more (RFC 6298 with the lower bound that Linux uses). */
const resendMs = 200;

/** The state of one host's cable. */
export class NetworkFaults {
  latencyMs = 0;
  loss = 0;
  isCut = false;
  /** Nobody is at the far end: as if cut, but `clear` does not end it. */
  isDown = false;
  readonly #mended = new EventEmitter().setMaxListeners(0);

  clear(): void {
    this.latencyMs = 0;
    this.loss = 0;
    this.isCut = false;
    this.#mended.emit('mended');
  }

  /** Does `work` while the host has no power: what was sent to it, and the end of its connections, wait until it has again. */
  async withoutPower(work: () => Promise<unknown>): Promise<unknown> {
    this.isDown = true;
    try {
      return await work();
    } finally {
      this.isDown = false;
      this.#mended.emit('mended');
    }
  }

  /** Whether this packet is one of those that are lost. */
  loses(): boolean {
    return this.loss > 0 && Math.random() < this.loss;
  }

  /** Waits while the cable is cut. */
  async connected(): Promise<void> {
    while (this.isCut || this.isDown) await once(this.#mended, 'mended');
  }
}

/** One direction of a connection: keeps the order, whatever delay each piece has. */
export class Line {
  readonly #faults: NetworkFaults;
  #last: Promise<void> = Promise.resolve();

  constructor(faults: NetworkFaults) {
    this.#faults = faults;
  }

  /** Does `action` when a piece that was sent now has arrived. */
  send(action: () => void | Promise<void>): Promise<void> {
    const faults = this.#faults;
    const due = performance.now() + faults.latencyMs + (faults.loses() ? resendMs : 0);
    this.#last = this.#last.then(async () => {
      await faults.connected();
      const wait = due - performance.now();
      if (wait > 0) await sleep(wait);
      await action();
    });
    return this.#last;
  }
}

/** Joins two ends of a TCP connection through the cable; an end that closes closes the other, in order. */
export function joinThrough(faults: NetworkFaults, near: Duplex, far: Duplex): void {
  carry(near, far, new Line(faults));
  carry(far, near, new Line(faults));
}

const mostUnderWay = 1 << 20;

function carry(from: Duplex, to: Duplex, line: Line): void {
  let underWay = 0;
  from.on('data', (bytes: Buffer) => {
    underWay += bytes.length;
    if (underWay >= mostUnderWay) from.pause();
    void line.send(async () => {
      await write(to, bytes);
      underWay -= bytes.length;
      if (underWay < mostUnderWay) from.resume();
    });
  });
  from.on('end', () => {
    void line.send(() => {
      to.end();
    });
  });
  const close = (): void => {
    void line.send(() => {
      if (!from.readableEnded) to.destroy();
    });
  };
  from.on('error', close);
  from.on('close', close);
}

/** Resolves when there is room for more, or when nobody is there to read it any more. */
function write(to: Duplex, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (to.destroyed || to.writableEnded || to.write(bytes)) {
      resolve();
      return;
    }
    const done = (): void => {
      to.off('drain', done);
      to.off('close', done);
      resolve();
    };
    to.once('drain', done);
    to.once('close', done);
  });
}
