// What a command line with a playbook asks for.
import type { PlaybookTarget } from '../../actions/index.ts';
import type { PlaybookOptions } from '../options.ts';
import type { ReportOptions } from '../report-options.ts';
import type { FleetSession } from '../session.ts';

export type ApplyOptions = PlaybookOptions &
  ReportOptions & {
    /** Only a plan is wanted. */
    readonly dryRun?: boolean;
    readonly yes?: boolean;
    readonly allowIrreversible?: boolean;
  };

/** Opens the playbook, which the operator named, or a plan or the history does. Throws ConfigError or UsageError. */
export async function openTarget(
  playbook: string,
  options: PlaybookOptions,
  session: FleetSession,
  isNamed = true,
): Promise<PlaybookTarget> {
  return {
    playbook: await session.openPlaybook(playbook, isNamed),
    inventory: session.inventory,
    hosts: session.hosts,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    selection: {
      ...(options.tags === undefined ? {} : { tags: options.tags }),
      ...(options.skipTags === undefined ? {} : { skipTags: options.skipTags }),
      ...(options.from === undefined ? {} : { from: options.from }),
    },
  };
}
