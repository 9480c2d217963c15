// One host's ports on this machine's loopback, and the cable behind them.
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { MusterError } from '../../model/index.ts';
import { loopback } from '../loopback-ports.ts';
import { joinThrough, Line, NetworkFaults } from './network-faults.ts';
import { frame, relayHeader, relaySocketName, unframe, type RelayTarget } from './relay.ts';
import { connectIn } from './wire.ts';

/** How long answers to a client's datagram are waited for. */
const udpIdleMs = 10_000;

/** The address of a host, seen from both sides. */
export interface FrontPorts {
  readonly name: string;
  readonly ip: string;
  readonly sshPort: number;
  readonly dnsPort: number;
}

/** Listens on a host's loopback ports and passes on what comes, as far as the faults let it. */
export class Front {
  readonly faults = new NetworkFaults();
  readonly #directory: string;
  readonly #ports: FrontPorts;
  readonly #servers: Server[] = [];
  readonly #clients = new Map<string, Promise<Socket>>();
  #udp: UdpSocket | undefined;

  constructor(directory: string, ports: FrontPorts) {
    this.#directory = directory;
    this.#ports = ports;
  }

  /** Throws MusterError (LAB_PORTS) when a port is taken. */
  async listen(): Promise<void> {
    if (this.#udp !== undefined) return;
    const { ip, sshPort, dnsPort } = this.#ports;
    try {
      await this.#listenTcp(sshPort, { protocol: 'tcp', ip, port: 22 });
      await this.#listenTcp(dnsPort, { protocol: 'tcp', ip, port: 53 });
      await this.#listenUdp(dnsPort, { protocol: 'udp', ip, port: 53 });
    } catch (cause) {
      this.refuse();
      const reason = cause instanceof Error ? cause.message : 'unknown';
      throw new MusterError('LAB_PORTS', `${this.#ports.name}: ${reason}`, { cause });
    }
  }

  /** Closes the ports: new connections are refused, those that are open go on. */
  refuse(): void {
    for (const server of this.#servers.splice(0)) server.close();
    this.#udp?.close();
    this.#udp = undefined;
  }

  async #listenTcp(port: number, target: RelayTarget): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
      void this.#accept(near, target);
    });
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject);
      server.listen(port, loopback, resolve);
    });
  }

  async #accept(near: Socket, target: RelayTarget): Promise<void> {
    near.on('error', () => near.destroy());
    try {
      await this.faults.connected();
      const far = await connectIn(this.#directory, relaySocketName);
      far.on('error', () => far.destroy());
      far.write(relayHeader(target));
      joinThrough(this.faults, near, far);
    } catch {
      near.destroy();
    }
  }

  async #listenUdp(port: number, target: RelayTarget): Promise<void> {
    const udp = createSocket('udp4');
    this.#udp = udp;
    udp.on('message', (datagram, client) => {
      const faults = this.faults;
      if (faults.isCut || faults.isDown || faults.loses()) return;
      void this.#clientOf(`${client.address} ${client.port}`, target, (answer) => {
        if (faults.isCut || faults.isDown || faults.loses()) return;
        void new Line(faults).send(() => {
          if (this.#udp === udp) udp.send(answer, client.port, client.address);
        });
      }).then(
        (far) => new Line(faults).send(() => void far.write(frame(datagram))),
        () => undefined,
      );
    });
    await new Promise<void>((resolve, reject) => {
      udp.on('error', reject);
      udp.bind(port, loopback, resolve);
    });
  }

  /** Every client has a socket of its own inside, so that answers find their way back. */
  #clientOf(key: string, target: RelayTarget, onAnswer: (answer: Buffer) => void): Promise<Socket> {
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const opening = connectIn(this.#directory, relaySocketName).then((far) => {
      const forget = (): void => {
        this.#clients.delete(key);
        far.destroy();
      };
      far.on('error', forget);
      far.on('close', forget);
      far.setTimeout(udpIdleMs, forget);
      unframe(far, onAnswer);
      far.write(relayHeader(target));
      return far;
    });
    this.#clients.set(key, opening);
    opening.catch(() => this.#clients.delete(key));
    return opening;
  }
}
