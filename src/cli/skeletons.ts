// The texts that `muster init` and `muster new` write. Each of them works as it is: lint accepts it, and apply runs it.

/** A file to write: its path, relative to a directory that the command knows, and its text. */
export interface Skeleton {
  readonly path: string;
  readonly text: string;
}

/** The directory of `muster init` for the JSON Schemas that editors read, relative to the project. */
export const schemaDirectory = '.muster/schema';

/** The line that tells an editor's YAML language server which schema a file has; `up` leads to the project. */
function schemaLine(kind: 'inventory' | 'playbook' | 'config', up: string | undefined): string {
  return up === undefined
    ? ''
    : `# yaml-language-server: $schema=${up}${schemaDirectory}/${kind}.schema.json\n`;
}

/** The host that an inventory has when nobody named one. */
export const exampleHost = 'host1.example.net';

/** What an inventory is made of. */
export interface InventoryChoice {
  /** At least one; names, or ranges such as `ns[1-3]`. */
  readonly hosts: readonly string[];
  readonly user: string | undefined;
  readonly become: string | undefined;
}

/** inventory.yaml. */
export function inventorySkeleton({ hosts, user, become }: InventoryChoice): Skeleton {
  const settings = [
    ...(user === undefined ? [] : [`  user: ${JSON.stringify(user)}`]),
    ...(become === undefined ? [] : [`  become: ${become}`]),
  ];
  const connection =
    settings.length > 0
      ? `connection:\n${settings.join('\n')}\n`
      : '# connection:\n#   user: ops        # the user that logs in; default: as in your ssh_config\n#   become: doas     # if that user is not root\n';
  const lines = hosts.map((host) =>
    host === exampleHost
      ? `  ${host}: {} # EDIT THIS LINE: the name of your host, as you give it to ssh`
      : `  ${JSON.stringify(host)}: {}`,
  );
  return {
    path: 'inventory.yaml',
    text: `${schemaLine('inventory', '')}# The hosts that muster works on. \`muster inventory\` shows them, \`muster ping\` contacts them.\n${connection}hosts:\n${lines.join('\n')}\n`,
  };
}

/** muster.config.yaml: commands in this directory need no -i, and playbooks are named without their folder. */
export function configSkeleton(): Skeleton {
  return {
    path: 'muster.config.yaml',
    text: `${schemaLine('config', '')}inventory: inventory.yaml\nplaybook_path: playbooks\n`,
  };
}

/** .gitignore: the practice hosts have a key in their directory. */
export function ignoreSkeleton(): Skeleton {
  return {
    path: '.gitignore',
    text: '# The practice hosts of `muster lab up`, with their key.\n.muster/lab/\n',
  };
}

/** A playbook of one step; `up` leads from its directory to a project with schemas, undefined if there are none. */
export function playbookSkeletons(name: string, up: string | undefined): readonly Skeleton[] {
  return [
    {
      path: 'playbook.yaml',
      text: `${schemaLine('playbook', up)}name: ${name}
description: One line in the message of the day

vars:
  motd_line:
    { type: string, default: 'This host is managed by muster', description: 'What users read when they log in' }

steps:
  - id: motd
    script: steps/01-motd.sh
    description: The line is in /etc/motd
`,
    },
    {
      path: 'steps/01-motd.sh',
      text: `# The message of the day has our line. \`muster plan\` shows what would change, \`muster rollback\` removes it again.
state() {
  line /etc/motd --line "$motd_line"
}

# Runs after state, and whenever \`muster verify\` asks. It only looks.
verify() {
  expect 'users read our line' grep -q -F "$motd_line" /etc/motd
}
`,
    },
  ];
}

/** A step: a script, and its lines in playbook.yaml, which are indented later. */
export function stepSkeleton(id: string, number: number): Skeleton & { readonly entry: readonly string[] } {
  const path = `steps/${String(number).padStart(2, '0')}-${id}.sh`;
  return {
    path,
    entry: [`- id: ${id}`, `  script: ${path}`],
    text: `# ${id}: describe here what the host is like after this step.
#
# state declares what must be there: \`file\`, \`line\`, \`directory\`, \`package\`, \`rc_conf\`, \`service_running\` and others.
# muster looks first, changes only what differs, and can undo each change.
state() {
  file /etc/${id}.conf --content '# written by muster' --owner root --group wheel --mode 0644
}

# verify proves that it works. It only looks.
verify() {
  expect_file /etc/${id}.conf 0644
}
`,
  };
}

/** A resource of a playbook's own. */
export function resourceSkeleton(name: string): Skeleton {
  return {
    path: `lib/${name}.sh`,
    text: `# ${name} PATH [--says TEXT] [--owner USER] [--group GROUP] [--mode MODE]
#
# The file PATH holds the line TEXT and nothing else. Change the part that makes the new text, and describe here what it does.
#   --says  the line (default: hello)
# Undo: the file as before.
# Example: ${name} /etc/${name}.conf --says hello --mode 0644
${name}() {
  m_begin_path ${name} "$1"
  shift
  m_options 'says= owner= group= mode=' --says hello \${1+"$@"}
  m_see "$m_path"
  m_stage
  printf '%s\\n' "$m_o_says" >"$m_new_file"
  # Compares, plans, saves the old file for the undo, writes, and looks again.
  m_place "$m_new_file" 0644
}
`,
  };
}
