// One host's run against a scripted peer: what the link does, and what becomes of the host's outcome.
import { describe, expect, it } from 'vitest';
import { ConnectError } from '../../../src/model/errors.ts';
import type { RunEvent } from '../../../src/model/events.ts';
import { runHost } from '../../../src/run/index.ts';
import type { RunSettings } from '../../../src/model/host-job.ts';
import { recordHost } from '../../support/recorded.ts';
import type { Channel, ExitStatus, Session, Transport } from '../../../src/transport/index.ts';
import { testJob, testTools } from '../../support/job.ts';
import { loneConnection } from '../../support/lone-host.ts';

interface Link {
  /** What the host says, in turn; an Error breaks the link there. */
  readonly says: readonly (string | Error)[];
  readonly exit?: ExitStatus;
  readonly stderr?: string;
  /** The command ended before it read anything. */
  readonly isOver?: boolean;
}

/** A transport whose links are scripted; notes what was sent. */
function scripted(links: readonly (Link | ConnectError)[]): {
  transport: Transport;
  sent: string[];
  commands: string[];
} {
  const sent: string[] = [];
  const commands: string[] = [];
  let turn = 0;
  const transport: Transport = {
    connect: async (): Promise<Session> => {
      const link = links[turn++];
      if (link === undefined) throw new ConnectError('SSH_REFUSED', 'nobody is there');
      if (link instanceof Error) throw link;
      return {
        exec: async (command): Promise<Channel> => {
          commands.push(command);
          return channelOf(link, sent);
        },
        close: () => undefined,
      };
    },
  };
  return { transport, sent, commands };
}

function channelOf(link: Link, sent: string[]): Channel {
  async function* say(): AsyncGenerator<Uint8Array> {
    for (const text of link.says) {
      if (text instanceof Error) throw text;
      yield new TextEncoder().encode(text);
    }
  }
  return {
    write: async (bytes) => {
      if (link.isOver === true) throw new ConnectError('CHANNEL_CLOSED', 'the command has ended');
      sent.push(new TextDecoder().decode(bytes));
    },
    end: () => sent.push('<eof>'),
    stdout: say(),
    stderr: () => link.stderr ?? '',
    closed: Promise.resolve(link.exit ?? { status: 0, signal: null }),
  };
}

async function run(
  links: readonly (Link | ConnectError)[],
  action: RunSettings['action'] = 'apply',
  secrets: string[] = [],
) {
  const peer = scripted(links);
  const events: RunEvent[] = [];
  const record = recordHost('ns1', action, 20, (event) => events.push(event));
  await runHost(
    testJob({ ...loneConnection, address: '127.0.0.1', user: 'root' }, { action, outputCap: 20 }, secrets),
    testTools(peer.transport, '<tar>', record.take),
  );
  return { result: record.result(), ...record.standing(), events, ...peer };
}

const frame = (log: string, offset: number, text: string): string =>
  `@N ${log} ${String(offset)} ${String(Buffer.byteLength(text))}\n${text}\n`;
const good = 'begin|r|apply\nstep|one|1\nres|changed|file|/etc/a|new file|0\nd|+x\nend|one|ok|2|\nfin|ok|\n';

describe('runHost', () => {
  it('sends the boot script, then the bundle and end of file once the host is ready', async () => {
    const { sent, commands, result } = await run([
      { says: ['@N ready /tmp/m\n', frame('000.ev', 0, good), '@N done\n'] },
    ]);
    expect(commands).toEqual(['exec /bin/sh -s']);
    expect(sent[0]).toContain("'N'");
    expect(sent.slice(1)).toEqual(['<tar>', '<eof>']);
    expect(result).toMatchObject({ outcome: 'changed', connections: 1, execs: 1 });
    expect(result.resources).toMatchObject([
      { status: 'changed', target: '/etc/a', diff: ['+x'], step: 'one' },
    ]);
    expect(result.steps).toMatchObject([{ id: 'one', outcome: 'changed', seconds: 2 }]);
  });

  it('reports a host without a connection as unreachable, with the hint', async () => {
    const error = new ConnectError('SSH_TIMEOUT', 'no answer from 192.0.2.9:22 within 10 s', {
      hint: 'is it up?',
    });
    expect((await run([error])).result).toMatchObject({
      outcome: 'unreachable',
      reason: 'no answer from 192.0.2.9:22 within 10 s',
      hint: 'is it up?',
      connections: 0,
    });
  });

  it('reconnects for the rest if the link breaks in an apply: nothing lost, nothing doubled', async () => {
    const cut = 40;
    const { result, sent } = await run([
      {
        says: [
          '@N ready /tmp/m\n',
          frame('000.ev', 0, good.slice(0, cut)),
          new ConnectError('SSH_LOST', 'link lost'),
        ],
      },
      { says: [frame('000.ev', cut, good.slice(cut)), '@N done\n'] },
    ]);
    expect(result).toMatchObject({ outcome: 'changed', connections: 2, execs: 2 });
    expect(result.resources).toHaveLength(1);
    expect(sent.at(-2)).toContain(`'000.ev=${String(cut)}'`);
  });

  it('does not reconnect for a plan, whose host is then unknown', async () => {
    const { result } = await run(
      [{ says: ['@N ready /tmp/m\n', new ConnectError('SSH_LOST', 'link lost')] }, { says: ['@N done\n'] }],
      'plan',
    );
    expect(result).toMatchObject({ outcome: 'unknown', reason: 'link lost', connections: 1 });
  });

  it('never treats silence as success: no done, no ok', async () => {
    const { result } = await run(
      [{ says: ['@N ready /tmp/m\n'], exit: { status: null, signal: null } }],
      'plan',
    );
    expect(result.outcome).toBe('unknown');
  });

  it('shows the output of a shell that did not even start', async () => {
    const { result } = await run([
      { says: ['motd\n'], stderr: 'sh: not found', exit: { status: 127, signal: null } },
    ]);
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('sh: not found') as string,
    });
  });

  it('shows the output of a shell that ended before it could read', async () => {
    const gone = { says: [], isOver: true, stderr: 'sudo: not found', exit: { status: 127, signal: null } };
    const { result } = await run([gone]);
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: "the host's shell ended early (exit status 127): sudo: not found",
      hint: 'install it on the host, or set become to what is there: sudo, doas or su',
    });
  });

  it.each([
    ['sudo: a password is required', 'add --ask-become-pass, or set become_password'],
    ['doas: Authentication required', 'add --ask-become-pass, or set become_password'],
    ['ops is not in the sudoers file.', 'visudo'],
    ["Sorry, user ops is not allowed to execute '/bin/sh -s' as root on ns1.", 'visudo'],
    ['doas: Operation not permitted', 'doas.conf'],
    ['bash: line 1: doas: command not found', 'install it on the host'],
    ['doas: Command not found.', 'install it on the host'],
    ['zsh:1: command not found: sudo', 'install it on the host'],
    ['ksh: sudo: inaccessible or not found', 'install it on the host'],
    ['This account is currently not available.', 'login shell'],
    ['This service allows sftp connections only.', 'forced command'],
    ['Segmentation fault', undefined],
  ])('says what to do about a shell that was refused: %s', async (stderr, hint) => {
    const refused = { says: ['motd\n'], stderr, exit: { status: 1, signal: null } };
    const { result } = await run([refused]);
    expect(result.outcome).toBe('failed');
    if (hint === undefined) expect(result.hint).toBeUndefined();
    else expect(result.hint).toContain(hint);
  });

  it('gives no such hint about a run that had begun', async () => {
    const { result } = await run(
      [
        {
          says: ['@N ready /tmp/m\n'],
          stderr: 'sudo: a password is required',
          exit: { status: 1, signal: null },
        },
      ],
      'plan',
    );
    expect(result.hint ?? '').not.toContain('--ask-become-pass');
  });

  it('reports a killed driver as unknown, because its last change was not seen', async () => {
    const { result } = await run([{ says: ['@N ready /tmp/m\n', '@N died\n'] }]);
    expect(result).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('killed') as string });
  });

  it('accepts the report of the first scripts that nothing was begun, with what to do', async () => {
    const refusal =
      'the bundle did not unpack below /tmp: tar: Failed write to file a: No space left on device';
    const said = ['@N ready /tmp/muster.abcdef\n', `@N fail ${refusal}\n`];
    for (const action of ['apply', 'plan', 'exec', 'facts', 'rollback'] as const) {
      const { result, isUntouched } = await run([{ says: said, exit: { status: 74, signal: null } }], action);
      expect(result).toMatchObject({ outcome: 'failed', reason: `nothing was started: ${refusal}` });
      expect(result.hint).toContain('df -k /tmp');
      expect(result.command).toBeUndefined();
      expect(isUntouched).toBe(true);
    }
  });

  it.each([
    ['plan', 'failed'],
    ['verify', 'failed'],
    ['facts', 'failed'],
    ['exec', 'unknown'],
    ['apply', 'unknown'],
    ['rollback', 'unknown'],
  ] as const)('never reports a %s without a last word as good: %s', async (action, outcome) => {
    const words = frame('000.err', 0, 'it: disk is full\n');
    const { result, isUntouched } = await run([{ says: ['@N ready /tmp/m\n', words, '@N done\n'] }], action);
    expect(result).toMatchObject({ outcome, reason: expect.stringContaining('it: disk is full') as string });
    expect(isUntouched).toBe(outcome === 'failed' ? true : undefined);
    const begun = await run(
      [{ says: ['@N ready /tmp/m\n', frame('000.ev', 0, 'begin|r|x\n'), '@N done\n'] }],
      action,
    );
    expect(begun.result.outcome).toBe('unknown');
  });

  it('notes which stream was not sent completely', async () => {
    const says = [
      '@N ready /tmp/m\n',
      '@N cut 001.out 99\n',
      frame('001.out', 0, 'head'),
      frame('001.err', 0, 'x'),
      frame('000.ev', 0, 'begin|r|exec\nexit|0\nfin|ok|\n'),
      '@N done\n',
    ];
    const { result } = await run([{ says }], 'exec');
    expect(result.command).toEqual({ status: 0, stdout: 'head', stderr: 'x', cut: ['stdout'] });
  });

  it('keeps the tail of output within the cap, for each stream', async () => {
    const { result } = await run([
      {
        says: [
          '@N ready /tmp/m\n',
          frame('000.ev', 0, 'step|one|1\n'),
          frame('001.out', 0, 'a'.repeat(30)),
          frame('001.out', 30, 'tail'),
          frame('001.err', 0, 'oops'),
          frame('000.ev', 11, 'end|one|failed|1|exit status 1\nfin|failed|step one\n'),
          '@N done\n',
        ],
      },
    ]);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'step one' });
    expect(result.steps[0]?.stdout).toBe(`${'a'.repeat(16)}tail`);
    expect(result.steps[0]?.stderr).toBe('oops');
  });

  it('fails a verify with a failed check, and reports drift alone as changed', async () => {
    const check = 'step|p|1\ncheck|bad|root|is /\nend|p|ok|0|\nfin|ok|\n';
    const drift = 'step|p|1\nres|change|file|/a|content|0\nend|p|ok|0|\nfin|ok|\n';
    const [one, two] = await Promise.all(
      [check, drift].map((text) =>
        run([{ says: ['@N ready /m\n', frame('000.ev', 0, text), '@N done\n'] }], 'verify'),
      ),
    );
    expect(one?.result).toMatchObject({ outcome: 'failed', reason: '1 of 1 checks do not hold' });
    expect(two?.result.outcome).toBe('changed');
  });

  it('masks secrets in everything that it emits', async () => {
    const text =
      'step|p|1\nres|change|file|/a|s3cr3t-x|0\nd|+s3cr3t-x\nobs|k|s3cr3t-x\nend|p|ok|0|\nfin|ok|\n';
    const { result, events } = await run(
      [
        {
          says: [
            '@N ready /m\n',
            frame('001.out', 0, 's3cr'),
            frame('001.out', 4, '3t-x'),
            frame('000.ev', 0, text),
            '@N done\n',
          ],
        },
      ],
      'plan',
      ['s3cr3t-x'],
    );
    const all = JSON.stringify([result, [...result.observations], events]);
    expect(all).not.toContain('s3cr3t-x');
    expect(all).toContain('[secret]');
  });
});
