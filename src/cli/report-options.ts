// Which reports are asked for beside what the terminal gets. How they are made and written is loaded when it is needed.
import { type Command, InvalidArgumentError } from 'commander';

/** What a report can be. */
export type ReportFormat = 'html' | 'junit' | 'markdown' | 'json' | 'prometheus' | 'csv';

/** A report that is asked for. */
export interface WantedReport {
  readonly format: ReportFormat;
  readonly file: string;
}

/** What `withReportOptions` collects: a list for each option. */
export type ReportOptions = {
  readonly [option in Exclude<ReportFormat, 'json'> | 'report']?: readonly WantedReport[];
} & {
  /** A command that says itself what `--json` is has `true` there. */
  readonly json?: readonly WantedReport[] | boolean;
};

const formats: readonly (readonly [format: ReportFormat, ending: string, description: string])[] = [
  ['html', '.html', 'a page with the whole run, to read and to print'],
  ['junit', '.xml', 'JUnit XML, for CI'],
  ['markdown', '.md', 'Markdown, for a ticket'],
  ['json', '.json', 'the result as JSON; `muster schema result` prints its schema'],
  ['prometheus', '.prom', "metrics, for the node exporter's textfile collector"],
  ['csv', '.csv', 'a table, for a spreadsheet'],
];

/** Adds `--html FILE` and the like, and `--report FILE`, whose ending says the format. `--json` may be another option there. */
export function withReportOptions(command: Command, isJsonTaken: boolean): Command {
  for (const [format, , description] of formats.filter(([name]) => name !== 'json' || !isJsonTaken))
    command.option(
      `--${format} <file>`,
      `also write ${description}`,
      collect(() => format),
    );
  return command.option(
    '--report <file>',
    `also write a report, by its ending: ${endings()}`,
    collect(formatNamed),
  );
}

/** Every report that is asked for; each option may be given again. */
export function reportsOf(options: ReportOptions): readonly WantedReport[] {
  const { report = [], json = [] } = options;
  const others = formats.flatMap(([format]) => (format === 'json' ? [] : (options[format] ?? [])));
  return [...report, ...others, ...(typeof json === 'boolean' ? [] : json)];
}

function collect(formatOf: (file: string) => ReportFormat) {
  return (file: string, earlier: readonly WantedReport[] = []): readonly WantedReport[] => [
    ...earlier,
    { format: formatOf(file), file },
  ];
}

/** Throws commander's error when the ending says no format. */
function formatNamed(file: string): ReportFormat {
  const found = formats.find(([, ending]) => file.endsWith(ending));
  if (found === undefined) throw new InvalidArgumentError(`a file that ends in ${endings()}`);
  return found[0];
}

function endings(): string {
  const all = formats.map(([, ending]) => ending);
  return `${all.slice(0, -1).join(', ')} or ${all.at(-1) ?? ''}`;
}
