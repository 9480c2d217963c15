// The one file that knows testcontainers; loaded only when containers start: it takes a while, and may not be installed.
import { GenericContainer, StartupCheckStrategy, type StartupStatus } from 'testcontainers';

const sshPort = 22;
const dnsPort = 53;

/** What one container is started with; ports are loopback ports of this machine. */
export interface ContainerRequest {
  readonly image: string;
  readonly containerName: string;
  readonly hostname: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly sshPort: number;
  readonly dnsPort: number;
}

/** Starts a container and gives its id. Says nothing about whether anything in it serves yet. */
export async function startContainer(request: ContainerRequest): Promise<string> {
  // The reaper would end a lab that is to outlive this process, and its image is one more thing to fetch.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  const container = await new LabContainer(request.image)
    .withLoopbackPorts(request)
    .withName(request.containerName)
    .withHostname(request.hostname)
    .withLabels(request.labels)
    .withEnvironment(request.env)
    // fstat on the host looks into other users' processes, which takes this capability besides being root.
    .withAddedCapabilities('SYS_PTRACE')
    .withWaitStrategy(new StartedIsEnough())
    .start();
  return container.getId();
}

class LabContainer extends GenericContainer {
  /** The library's own port mapping listens on every interface, and maps a port for UDP or TCP but not for both. */
  withLoopbackPorts(ports: { readonly sshPort: number; readonly dnsPort: number }): this {
    const bindings = {
      [`${sshPort}/tcp`]: ports.sshPort,
      [`${dnsPort}/tcp`]: ports.dnsPort,
      [`${dnsPort}/udp`]: ports.dnsPort,
    };
    this.createOpts.ExposedPorts = Object.fromEntries(Object.keys(bindings).map((port) => [port, {}]));
    this.hostConfig.PortBindings = Object.fromEntries(
      Object.entries(bindings).map(([port, mapped]) => [
        port,
        [{ HostIp: '127.0.0.1', HostPort: `${mapped}` }],
      ]),
    );
    return this;
  }
}

/** Keeps the library from looking for listening ports with programs that a NetBSD-like host does not have. */
class StartedIsEnough extends StartupCheckStrategy {
  override checkStartupState(): Promise<StartupStatus> {
    return Promise.resolve('SUCCESS');
  }
}
