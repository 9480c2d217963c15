// What the processes of an embedded lab say to each other: one JSON value a line, over a socket or a pipe.
import { open } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { MusterError } from '../../model/index.ts';

/** Everything that the keeper needs to start a lab; its first line of input. */
export const labPlanSchema = z.strictObject({
  id: z.string(),
  directory: z.string(),
  /** Tar of the root file system. */
  tar: z.string(),
  /** Most bytes on one host's disk. */
  diskBytes: z.int(),
  hosts: z.array(
    z.strictObject({
      name: z.string(),
      ip: z.string(),
      sshPort: z.int(),
      dnsPort: z.int(),
      environment: z.record(z.string(), z.string()),
    }),
  ),
});
export type LabPlan = z.infer<typeof labPlanSchema>;

const faultSchema = z.union([
  z.strictObject({ kind: z.literal('latency'), milliseconds: z.number() }),
  z.strictObject({ kind: z.literal('loss'), share: z.number() }),
  z.strictObject({ kind: z.enum(['cut', 'refuse', 'freeze', 'full-disk', 'slow-cpu', 'reboot']) }),
]);

/** What a lab can be asked, and the supervisor in the namespaces by the keeper outside. */
export const requestSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('status') }),
  z.strictObject({ op: z.literal('stop') }),
  z.strictObject({
    op: z.enum(['boot', 'kill', 'pause', 'unpause', 'restart', 'reset', 'clear']),
    host: z.string(),
  }),
  z.strictObject({ op: z.literal('exec'), host: z.string(), command: z.array(z.string()) }),
  z.strictObject({ op: z.literal('fault'), host: z.string(), fault: faultSchema }),
]);
export type LabRequest = z.infer<typeof requestSchema>;

/** Answers of `status`, in the order of the plan. */
export const statusSchema = z.array(
  z.strictObject({
    name: z.string(),
    state: z.enum(['running', 'paused', 'exited']),
    /** Which pid namespace is the host's, as in /proc/PID/ns/pid; empty when the host is down. */
    namespace: z.string(),
  }),
);
export type EmbeddedStatus = z.infer<typeof statusSchema>;

/** Answer of `exec`. */
export const execSchema = z.strictObject({ exitCode: z.int(), stdout: z.string(), stderr: z.string() });

const answerSchema = z.union([
  z.strictObject({ value: z.unknown() }),
  z.strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() }),
]);

/** An answer as it travels. */
export type WireAnswer = z.infer<typeof answerSchema>;

/** Puts the outcome of a request into its travelling form; never throws. */
export async function answerOf(work: () => Promise<unknown>): Promise<WireAnswer> {
  try {
    return { value: (await work()) ?? null };
  } catch (error) {
    if (error instanceof MusterError) {
      const { code, message, hint } = error;
      return hint === undefined ? { code, message } : { code, message, hint };
    }
    return { code: 'LAB_ENGINE', message: error instanceof Error ? error.message : String(error) };
  }
}

/** Gives the value of an answer, or throws the error that it holds. */
export function valueOf(answer: unknown): unknown {
  const parsed = answerSchema.parse(answer);
  if ('value' in parsed) return parsed.value;
  throw new MusterError(parsed.code, parsed.message, parsed.hint === undefined ? {} : { hint: parsed.hint });
}

/** Reads a stream line by line, each line being a JSON value; ends with the stream. */
export async function* jsonLines(stream: NodeJS.ReadableStream): AsyncGenerator {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) yield JSON.parse(line);
}

/** The keeper reads this when the lab is to outlive the program that started it; its second line of input, if any. */
export const keepSchema = z.strictObject({ keep: z.literal(true) });

/** Name of the socket in a lab's directory on which its keeper listens. */
export const labSocketName = 'lab.sock';

/** A socket's path has room for 107 bytes, a directory's has not that limit: the way leads through a descriptor. */
async function inDirectory<T>(directory: string, work: (shortPath: string) => Promise<T>): Promise<T> {
  const handle = await open(directory);
  try {
    return await work(`/proc/self/fd/${handle.fd}`);
  } finally {
    await handle.close();
  }
}

/** Listens on the socket `name` in `directory`. */
export function listenIn(
  directory: string,
  name: string,
  onConnection: (socket: Socket) => void,
): Promise<Server> {
  return inDirectory(
    directory,
    (path) =>
      new Promise<Server>((resolve, reject) => {
        const server = createServer({ allowHalfOpen: true }, onConnection);
        server.on('error', reject);
        server.listen(`${path}/${name}`, () => {
          resolve(server);
        });
      }),
  );
}

/** Connects to the socket `name` in `directory`; rejects with the system's error when nobody listens. */
export function connectIn(directory: string, name: string): Promise<Socket> {
  return inDirectory(
    directory,
    (path) =>
      new Promise<Socket>((resolve, reject) => {
        const socket = connect({ path: `${path}/${name}`, allowHalfOpen: true });
        socket.on('error', reject);
        socket.once('connect', () => {
          resolve(socket);
        });
      }),
  );
}

/** Whether an error of `connectIn` says that nobody listens, rather than that we may not ask. */
function meansGone(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')
  );
}

/**
 * Asks the lab in `directory`. Throws MusterError: LAB_GONE when it does not run, LAB_ENGINE when it cannot be asked, or
 * what the lab says.
 */
export async function askLab(directory: string, request: LabRequest, timeoutMs = 180_000): Promise<unknown> {
  let socket: Socket;
  try {
    socket = await connectIn(directory, labSocketName);
  } catch (cause) {
    if (meansGone(cause))
      throw new MusterError('LAB_GONE', `the lab in ${directory} does not run`, { cause });
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new MusterError('LAB_ENGINE', `the lab in ${directory} cannot be asked: ${reason}`, { cause });
  }
  try {
    socket.setTimeout(timeoutMs, () => {
      socket.destroy(new MusterError('LAB_ENGINE', `the lab did not answer within ${timeoutMs / 1000} s`));
    });
    socket.end(`${JSON.stringify(request)}\n`);
    for await (const answer of jsonLines(socket)) return valueOf(answer);
    throw new MusterError('LAB_GONE', `the lab in ${directory} ended`);
  } finally {
    socket.destroy();
  }
}
