// Every error code with its cause and its remedy: one line each, in the order of the code. `muster explain` and
// docs/reference/errors.md show them; a test holds them against the codes in src.

/** What a code means. */
export interface Explanation {
  readonly code: string;
  /** What is wrong. */
  readonly cause: string;
  /** What you can do. */
  readonly remedy: string;
}

const table = `
BASELINE | No baseline has this name. | See the names with \`muster baseline list\`, or make one: \`muster baseline save NAME\`.
BASELINE_EXISTS | A baseline has this name already. | Choose another name, or remove the old one: \`muster baseline drop NAME\`.
BASELINE_NAME | The name cannot be that of a baseline. | Use letters, digits, \`-\`, \`_\` and \`.\`.
BASELINE_NONE | The history holds no verify that could be kept. | Run \`muster verify PLAYBOOK\` first, or name a run: \`--run ID\`.
BASELINE_RUN | The run was cut off, so its record is not complete. | Choose a run that ended: \`muster history\`.
BUNDLE_NAME | A value would become a shell variable with a name that sh does not accept. | Rename the var: small letters, digits and \`_\`.
BUNDLE_NUL | A value holds a NUL byte, which no shell variable can hold. | Remove the byte, or give the value as a file: a var of type \`files\`.
BUNDLE_PATH | A path in the playbook is too long for the tar of old releases. | Shorten names of files and folders: at most 100 bytes for a name, 255 for a path.
CHANNEL_CLOSED | The command on the host ended before muster had sent everything. | Look at what the host printed (\`-v\`), and run the command again.
COMMAND_KILLED | A program that the configuration names was ended by a signal. | Run the program by hand, and see why it ends.
COMMAND_MISSING | A program that the configuration names is not installed. | Install it, or give its full path.
COMMAND_OUTPUT | A program printed more than muster reads of it. | Have it print the secret alone.
COMMAND_TIMEOUT | A program did not end in time. | Run it by hand. A program that asks a question cannot be used here.
COMMAND_UNKNOWN | A command in a step looks like a misspelled resource or function. | Correct the name. The hint says which name is near.
COMMAND_UNUSABLE | The system cannot start a program that the configuration names. | Check its path and its permissions: it must be executable.
COMPARE | The words of \`muster compare\` contradict each other. | Give one of the ways to compare: \`muster compare --help\` lists them.
COMPARE_GOLDEN | The run has no host of the name that \`--golden\` gives. | Choose a host of that run: \`muster show RUN\` lists them.
COMPARE_GROUP | The run has no group of the name that \`--group\` gives. | Choose a group of the inventory: \`muster inventory\`.
COMPARE_NONE | The history holds no verify to compare with. | Run \`muster verify PLAYBOOK\` first, or ask the hosts now: \`--now\`.
COMPARE_UNSEEN | The host to compare with was not seen in that run. | Choose another host, or a run in which it was seen.
COMPLETION_SHELL | There is no completion for this shell. | Use \`bash\`, \`zsh\` or \`fish\`.
CONFIG | One or more files are wrong. Each mistake has its own line and code. | Correct each line that is shown. No host was contacted.
CONFIG_CHARACTER | The file holds a character that cannot be seen. | Delete it at the line and column that are shown, and type the text again.
CONFIG_DEPTH | The file is nested too deeply. | Write it flatter. Aliases that contain themselves have this effect too.
CONFIG_DOCUMENTS | The file holds more than one YAML document. | Put each document into a file of its own, and remove the line \`---\`.
CONFIG_DUPLICATE_KEY | A key is written twice, and only one can be used. | Remove one of the two.
CONFIG_EMPTY | The file is empty. | Write it, or start from a good one: \`muster init\`.
CONFIG_ENCODING | The file is not UTF-8. | Save it as UTF-8.
CONFIG_KEY | A key has the wrong form for this place. | Rename it as the message says.
CONFIG_KEY_CHARACTER | A key holds a character that cannot be seen. | Type the key again.
CONFIG_MERGE_KEY | YAML's merge key \`<<\` is not supported. | Write the keys out, or use vars of a group.
CONFIG_MISSING | A required key is missing. | Add it. \`muster schema KIND\` describes every key.
CONFIG_NUMBER | A number is not written as muster reads numbers. | Write plain digits, or put the value in quotes if it is a text.
CONFIG_PROGRAM | A configuration that is a program failed. | Run it with node, and correct it.
CONFIG_SEARCH | The search for a configuration file failed. | Name the file: \`--config FILE\`.
CONFIG_SYNTAX | The file is not YAML. | Correct the line that is shown. Often a quote, a colon or a space is missing before it.
CONFIG_TYPE | A value has the wrong type, such as a list where a text belongs. | Write a value of the type that the message names.
CONFIG_UNKNOWN_KEY | muster knows no key of this name at this place. | Correct the name. The hint says which name is near, or lists all.
CONFIG_VALUE | A value is not one of those that are allowed here. | Use a value that the message names.
CONFIG_VERSION | The file asks for a version of YAML that muster does not read. | Remove the line \`%YAML\`.
CONFIRM | The command changes something and needs a yes, but nobody can be asked. | Look at the plan first, then add \`--yes\`.
DOCTOR_HOST | The word names several hosts, and the doctor examines one. | Name one host of the inventory.
EXPLAIN_CODE | No error has this code. | \`muster explain\` lists them all.
EXPLAIN_HOST | The inventory has no such host. | \`muster inventory\` lists its hosts.
FILE_IS_DIRECTORY | A directory was given where a file belongs. | Name the file in it.
FILE_MISSING | There is no such file. | Correct the path. Paths in a file are relative to that file.
FILE_NOT_FILE | The path is a device, a socket or a pipe. | Name a plain file.
FILE_NOT_TEXT | The file is not UTF-8 text. | Save it as UTF-8.
FILE_TOO_LARGE | The file is larger than muster reads. | Name the right file, or split it.
FILE_UNREADABLE | The system refuses to read the file. | Check its permissions, and those of the directories above it.
FOREIGN_EMPTY | The file names no host. | Name the file that lists hosts. A pattern alone is no host.
FOREIGN_FILES | More files belong to the inventory than muster reads. | Name one file.
FOREIGN_INI | A line is not of the form of Ansible's INI inventories. | Correct the line that is shown.
FOREIGN_NODESET | A group or an expression is not one that ClusterShell would take. | Correct it at the place that is shown.
FOREIGN_PLUGIN | The file configures a plugin of Ansible, and muster runs none. | Let Ansible print its list: \`ansible-inventory --list > hosts.json\`. Import that.
FOREIGN_PROGRAM | The file is a program, and an import runs none. | Run it yourself and import what it prints, or name it as a source of the inventory.
FOREIGN_RANGE | A range of hosts is not of the form \`[1:9]\` or \`[a:f]\`, or is too large. | Correct the range that is shown.
FOREIGN_YAML | The file is not YAML as Ansible reads it. | Correct the line that is shown.
HISTORY_FILTER | A filter of \`muster history\` names a command that does not exist, or a playbook without a recorded run. | Follow the hint, or leave the filter out.
HISTORY_OFF | The configuration sets \`history: false\`, so no run is recorded. | Remove that line, or name a directory.
HOST_BROKE_PROTOCOL | What the host sent is not what muster's runtime sends. | Look for text that the login prints (\`.profile\`, a banner of \`sh\`), and for a full \`/tmp\`. \`muster exec true\` shows it.
HOST_BUNDLE | The archive for the host could not be made, so nothing was started there. | Correct what the message names. It is on this machine.
HOST_NOT_READY | The host let muster log in but did not start the runtime in time. | Log in by hand and run \`sh -c true\`. A slow host needs a longer \`ready_timeout\`.
HOST_RANGE | A range of host names is not well formed. | Write it like \`ns[1-3]\` or \`ns[01-12,20]\`.
HOST_SILENT | The host sent no sign of life for a long time. The run may still go on there. | Run \`muster ping\`. Then run the command again: muster finds the run and waits for it.
IMPORT_EXISTS | A file of this name is there already. | Name a new file, or add \`--overwrite\`.
IMPORT_WRITE | The imported inventory could not be written. | Choose a directory in which you may write.
INIT_ANSWER | The terminal closed before every question was answered. | Run \`muster init\` again, or give the answers as options.
INVENTORY_ADDRESS | The text is no address of a host. | Write a name or an IP address, without a user and without a port.
INVENTORY_ADDRESS_COUNT | A range of names and its range of addresses are of different length. | Give as many addresses as names.
INVENTORY_DUPLICATE_HOST | A host is listed twice, perhaps by a range. | Remove one of the two.
INVENTORY_EMPTY_SELECTION | The pattern of \`--limit\` leaves no host. | Loosen it. \`muster inventory -l PATTERN\` shows what a pattern means.
INVENTORY_FORMAT | The file is an inventory of another tool, such as Ansible. | Write it anew: \`muster init\` makes one, docs/inventory.md explains it.
INVENTORY_GROUP_CYCLE | A group contains itself, through other groups. | Remove one of the groups that the message names.
INVENTORY_HOST_NAME | The text is no name of a host. | Use letters, digits, \`-\` and \`.\`.
INVENTORY_IS_DIRECTORY | The inventory is a directory. | Name the file in it: \`-i DIRECTORY/inventory.yaml\`.
INVENTORY_MISSING | No inventory was named, and there are no practice hosts here. | Add \`-i FILE\`, or \`inventory: FILE\` to muster.config.yaml, or start practice hosts: \`muster lab up\`.
INVENTORY_NO_HOSTS | The inventory lists no host. | Add one below \`hosts:\`.
INVENTORY_PATTERN | The pattern of hosts is not well formed. | Write names, globs (\`ns*\`), ranges (\`ns[1-3]\`) or groups (\`@auth\`), with commas between them.
INVENTORY_RANGE | A range in the inventory is not well formed. | Write it like \`ns[1-3]\`.
INVENTORY_RESERVED_NAME | The group \`all\` is always there and cannot be defined. | Choose another name. Vars for all hosts belong to the top of the file.
INVENTORY_UNKNOWN_GROUP | The inventory has no group of this name. | Correct the name. \`muster inventory --tree\` shows the groups.
INVENTORY_UNKNOWN_HOST | The inventory has no host of this name. | Correct the name. \`muster inventory\` shows the hosts, and a group is written \`@GROUP\`.
INVENTORY_VAR_UNUSED | The inventory sets a var that no playbook declares. | Correct its name, or remove it.
IRREVERSIBLE | A \`command\` has no \`--undo\`, so no rollback can undo it. | Add \`--undo\` if there is any way back. If not, apply needs \`--allow-irreversible\`.
KEEP_SERVING_GROUP | \`keep_serving\` names a group that the inventory does not have. | Add the group to the inventory, or correct the name in playbook.yaml.
KNOWN_HOSTS_WRITE | The file of known hosts could not be written. | Check who may write it, and the room on its disk.
LAB_BACKEND | There is no such backend of practice hosts. | Use \`docker\` or \`embedded\`.
LAB_COUNT | The number of practice hosts is not possible. | Give a number from 1 to 200.
LAB_DIRECTORY | The directory cannot hold the files of a lab, or holds other files. | Choose an empty directory: \`--directory PATH\`.
LAB_ENGINE | Neither a container engine nor the kernel of this machine can run practice hosts, or one of them failed. | Read the reason. Start the engine, or run as root on Linux for the embedded backend (docs/lab.md).
LAB_FAULT | There is no such fault, or this backend cannot cause it. | \`muster lab fault --help\` lists the faults.
LAB_GONE | The practice hosts ended. | Start them again: \`muster lab up\`.
LAB_HOST | The lab has no such host, or it does not run. | \`muster lab status\` shows the hosts, \`muster lab reset HOST\` starts one again.
LAB_IMAGE | The system of the practice hosts could not be made. | Read the reason. Without an engine, a Debian mirror must be reachable once.
LAB_NONE | There are no practice hosts in this directory. | Start them: \`muster lab up\`. \`muster lab down --all\` ends those of other directories.
LAB_OPTIONS | A name, a release or a path of the lab is not possible. | Correct what the message names.
LAB_PORTS | The practice hosts cannot use their ports. | Another program uses them: end it, or run \`muster lab down\` and \`muster lab up\`.
LAB_RELEASE | No practice host behaves as this release of NetBSD. | Use \`11.0\` or \`6.99.16\`.
LAB_SSH | This machine has no \`ssh\`. | Install OpenSSH's client, or use \`muster exec\`.
LAB_START | A practice host did not come up. | Read the reason, and try again. With little memory, start fewer hosts: \`-n 1\`.
LAB_STATE | The lab's state file is damaged, or somebody else wrote it. | Remove the directory of the lab, and start it again.
LAB_TESTCONTAINERS | The package testcontainers is not installed. | \`npm install testcontainers\`, or use the other backend: \`--backend embedded\`.
LAB_UP | A lab is in this directory already. | Use it, end it (\`muster lab down\`), or choose another directory: \`--directory PATH\`.
LIBRARY_SHADOWS | A library defines a function that muster or the step has already. | Rename the function.
LINT_NOTHING | There is no playbook and no inventory to check. | Name them: \`muster lint PATH\`.
LINT_NO_REASON | A comment allows a finding without a reason. | Write the reason after the code.
LINT_SHELLCHECK | shellcheck failed. | Run it by hand. Without shellcheck, lint checks everything else.
LINT_UNUSED | A comment allows a finding that is not there. | Remove the comment.
LOCAL_ABORTED | The local session was ended because the run was stopped. | Nothing, if you stopped it.
LOCAL_EXEC | \`/bin/sh\` of this machine did not start. | Check the limits of processes and memory.
LOCAL_LOST | The local session was closed. | Run the command again.
MASK | There is no mask of this name. | \`muster exec --help\` and docs/comparing.md list the masks.
NEW_EXISTS | A file or step of this name is there already, and muster overwrites nothing. | Choose another name, or remove the old one.
NEW_KIND | \`muster new\` makes playbooks, steps and resources. | Use one of these words.
NEW_NAME | The name cannot be that of a playbook, step or resource. | Use small letters, digits and \`-\`; for a resource, \`_\` instead of \`-\`.
NEW_PLAYBOOK | It is not clear which playbook gets the new step or resource. | Name it: \`--playbook NAME\`.
NEW_STEPS | The steps in playbook.yaml are not written as a list with a line for each. | Add the lines that the hint shows by hand.
NEW_WRITE | A new file could not be written. | Check the permissions of the directory, and the space on the disk.
NO_TERMINAL | A password or passphrase is needed, and there is no terminal to ask for it. | Use \`password\`, \`passphrase\` or \`become_password\` in the inventory, or run the command on a terminal.
OUTPUT | Standard output could not be written. Changes on hosts remain. | Check the disk and the program behind the pipe. \`muster show\` shows the result again.
OUTPUT_LONG | The hosts printed more than one text can hold. | Use \`--json\`, or fewer hosts: \`--limit\`.
PASSPHRASE | The passphrase that was typed does not open the key file. | Try it with \`ssh-keygen -y -f FILE\`.
PLAN_EDITED | The saved plan was changed after muster wrote it. | Make it again: \`muster plan PLAYBOOK --out FILE\`.
PLAN_FILE | The file is no saved plan. | Give a file that \`muster plan --out FILE\` wrote.
PLAN_INVENTORIES | A saved plan has one inventory, and several were named. | Put the files into a directory, and name that.
PLAN_OPTIONS | An option contradicts what the plan was made with. | Leave the option out, or make a new plan with it.
PLAN_SOURCES | Files that the plan was made from have changed since. | Make the plan again, look at it, and apply that.
PLAN_VERSION | Another version of muster wrote the plan. | Make the plan again with this one.
PLAN_WRITE | The plan could not be written. | Choose a file that is not there, in a directory that you may write.
PLAYBOOK_FILE | The playbook holds a link that leads out of it. | Put the file itself into the playbook.
PLAYBOOK_FORMAT | The file is a playbook of another tool, such as Ansible. | Start anew: \`muster new playbook NAME\`.
PLAYBOOK_FUNCTION_TWICE | Two files define the same function, and sh would take only one. | Rename one of them.
PLAYBOOK_HINT | A var has a \`hint\` and no \`pattern\`. | The hint explains the pattern. Use \`description\` instead.
PLAYBOOK_LIBRARY | A library cannot be read. | Correct what the message names.
PLAYBOOK_LIBRARY_COLLIDES | A library has a file of the same name as one in the playbook's own \`lib\`. | Rename one of the two.
PLAYBOOK_LIBRARY_FILE | A library holds no \`*.sh\`, or other files. | Move other files to the playbook.
PLAYBOOK_LIBRARY_INSIDE | The playbook has a file where libraries are put on the host. | Move the file away from \`uses/\`.
PLAYBOOK_LIBRARY_MISSING | \`uses\` names a library that is not there. | Libraries are directories in \`../lib\` of the playbook. Correct the name.
PLAYBOOK_LIBRARY_NAME | The name cannot be that of a library. | Use small letters, digits and \`-\`.
PLAYBOOK_LIBRARY_TWICE | \`uses\` names a library twice. | Remove one of the two.
PLAYBOOK_MISSING | The directory holds no playbook.yaml. | Name the directory of a playbook. A name without a slash is looked for in \`playbook_path\` of the configuration, and then among the playbooks that are installed with muster.
PLAYBOOK_NOT_DIRECTORY | The playbook is a file. | Name its directory.
PLAYBOOK_NO_STEPS | \`--tags\`, \`--skip-tags\` and \`--from\` leave no step. | Loosen them.
PLAYBOOK_PATTERN | A var that is not a text has a \`pattern\`. | Use \`allowed\`, or the type \`string\`.
PLAYBOOK_PROBE_CONVERGE | A probe waits for hosts to agree in a way that is not possible. | Correct what the message names (docs/probes.md).
PLAYBOOK_PROBE_DUPLICATE | Two probes have the same id. | Rename one of them.
PLAYBOOK_PROBE_NAME | The name that a probe asks for and \`for_each\` do not fit together. | Use \`{item}\` in the name with \`for_each\`, and only with it.
PLAYBOOK_PROBE_VAR | A probe names a var that the playbook does not declare, or one of the wrong type. | Correct the name, or declare the var.
PLAYBOOK_PROBE_WHEN | \`when\` of a probe names a var or a value that it cannot use. | Correct what the message names.
PLAYBOOK_SCRIPT_CRLF | A script has Windows line ends, which sh does not read. | Save it with plain line ends.
PLAYBOOK_SCRIPT_MISSING | playbook.yaml names a script that is not there. | Write the script, or correct the path. \`muster new step NAME\` makes both.
PLAYBOOK_SCRIPT_NO_STATE | A step's script defines no function \`state\`. | Add \`state() { ... }\`.
PLAYBOOK_SECRET_DEFAULT | A secret has a default in the playbook. | Give its value in the inventory: \`from_env\`, \`from_file\`, \`from_command\` or \`from_age\`.
PLAYBOOK_SECRET_TYPE | A secret is not a \`string\`. | Give it the type \`string\`.
PLAYBOOK_STEP_DUPLICATE | Two steps have the same id. | Rename one of them.
PLAYBOOK_TOO_LARGE | The playbook has more than 2,000 files or 64 MiB. | Move out what no step uses.
PLAYBOOK_UNKNOWN_STEP | The playbook has no step of the name that \`--from\` gives. | Correct the name. The hint lists the steps.
PLAYBOOK_UNKNOWN_TAG | No step of the playbook has this tag. | Correct the name. The hint lists the tags.
PLAYBOOK_VAR_ALLOWED | A value in \`allowed\` is not of the var's type. | Correct the value or the type.
PLAYBOOK_VAR_DEFAULT | The default of a var is not of its type, or is not allowed. | Correct the default.
PLAYBOOK_VAR_REQUIRED | A var is \`required\` and has a default. | Keep one of the two.
PROBE_VAR | A probe cannot ask for the value that a var has for a host. | Correct the value in the inventory.
RAW_CHANGE | A step changes the host by a plain command, which muster can neither plan nor undo. | Use the resource that the hint names, or \`command\` with \`--undo\`.
RECORD | The file cannot be shown as a run. | Give a file that a command with \`--json\` printed.
RECORD_ORDER | Lines of a record are missing or in another order. | Record the run again. A record cannot be edited.
RECORD_SHAPE | A line of a record is not what muster writes. | Give the whole output of \`--json\`, without other text in it.
RECORD_VERSION | Another version of muster wrote the record. | Use that version to show it.
REPORT_WRITE | A report could not be written. | Choose a file in a directory that is there and that you may write.
RESOURCE_OPTION | A resource has no such option, or the option lacks its value. | docs/reference/resources.md has the options of every resource.
RUNTIME_INSIDE | A playbook uses a private name of the runtime (\`m__...\`), which may change. | Use the function that the hint names.
RUN_EVENTS | The beginning of a run is missing from its events. | Give all events of the run, from the first.
SCHEMA_KIND | There is no schema of this name. | Use \`inventory\`, \`playbook\`, \`config\` or \`result\`.
SECRET_AGE | A file that is encrypted with age cannot be decrypted. | Check MUSTER_AGE_IDENTITY, and that the file is for that identity.
SECRET_COMMAND | The command that prints a secret failed. | Run it by hand.
SECRET_ENV | The environment variable of a secret is not set. | Set it, or take the secret from elsewhere.
SECRET_NUL | A secret holds a NUL byte, which no sh can hold. | Encode the secret, for example with base64.
SECRET_TEXT | A secret is not UTF-8 text. | Encode it, for example with base64.
SERVE | \`--serve\` was given together with a report. | Give one of them.
SERVE_ADDRESS | The server cannot listen at this address. | Write PORT, HOST or HOST:PORT. If another program has the port, choose another one.
SERVE_TOKEN | Other machines could read the pages, and there is no token; or the token's file cannot be used. | Write 16 characters or more to a file of mode 600, and name it: \`--token-file FILE\`.
SHOW_HOST | The run has no such host. | \`muster show RUN\` lists its hosts.
SHOW_NONE | The history is empty. | Runs are recorded unless \`--no-history\` or \`history: false\` in the configuration turns that off.
SHOW_OUTPUT | The host printed nothing outside of the steps. | Name a step: \`--output HOST:STEP\`.
SHOW_RUN | No run, or more than one, has an id that begins like this. | \`muster history\` lists the runs.
SHOW_STEP | The host has no such step in that run. | \`muster show RUN HOST\` lists the steps.
SH_BASHISM | The script uses something that only bash has. NetBSD's sh does not. | Write it as the hint says.
SH_CRLF | The script has Windows line ends. | Save it with plain line ends.
SH_GNUISM | The script uses an option that only GNU's tools have. | Write it as the hint says.
SH_MISSING_TOOL | NetBSD's base system has no such program. | Use what the hint names, or install a package first.
SH_SYNTAX | The script is not sh. | Correct the line that is shown.
SH_TOP_LEVEL | The script does something outside of its functions, which happens whenever it is read. | Move it into \`state\`, \`verify\` or \`applies\`.
SOURCE | A source of the inventory failed, so hosts may be missing. | Read the reason at the place that is shown. Run the command, or ask the name server, by hand.
SOURCE_MISSING | A step names a file or template that the playbook does not have. | Add it below \`files/\` or \`templates/\`, or correct the name.
SOURCE_SECRET | A source named a secret, a program or another source. Only you may name these. | Write it into the inventory itself, or remove it from the source.
SSH_ABORTED | Connecting was ended because the run was stopped. | Nothing, if you stopped it.
SSH_AUTH_FAILED | The host accepts none of the keys that muster has, nor the password. | Log in with \`ssh -v HOST\`. Add the key to the agent, set \`identity_file\`, or add it to \`authorized_keys\` on the host. For a host that wants a password use \`--ask-pass\`.
SSH_BECOME | \`sudo\`, \`doas\` or \`su\` did not let the user become root. | Try it by hand on the host. Use \`--ask-become-pass\` if it wants a password.
SSH_CLOSED | The host closed the connection while it was being made. | The host may be busy or refuse this address: see its \`/var/log/authlog\`. Try a lower \`connection_starts\`.
SSH_CONFIG | Your ssh_config asks for something that muster does not support, or that contradicts itself. | Correct it for this host, or set \`ssh_config: false\`.
SSH_DNS | The name of the host does not resolve. | Correct the name, or give \`address:\` in the inventory.
SSH_EXEC_REFUSED | The host let muster log in but does not run commands. | Look for \`ForceCommand\`, \`command=\` in authorized_keys, or a shell such as \`nologin\`.
SSH_HOST_CERTIFICATE_INVALID | A known authority signed the host's key, but the certificate has expired, or is for another name. | Sign the key again with \`ssh-keygen -h\`, and give sshd the new certificate.
SSH_HOST_KEY_CERTIFICATE | The host has a certificate for its key, which only OpenSSH's client can check, and known_hosts may have a line about it. | Set \`transport: openssh\`, also for the hosts behind it. With \`transport: ssh2\` only recorded keys count.
SSH_HOST_KEY_CHANGED | The host shows another key than the one in known_hosts. | Find out why before you connect. If the host was installed anew, remove the old line: \`ssh-keygen -R HOST\`.
SSH_HOST_KEY_REVOKED | The host shows a key that is marked as revoked. | Do not connect. Give the host a new key.
SSH_HOST_KEY_UNKNOWN | known_hosts has no key of this host. | Compare the fingerprint with the host's own, then add the key: \`ssh HOST\`, or \`ssh-keyscan\`.
SSH_IDENTITY | There is no private key that can be used. | Correct \`identity_file\`, or start an agent with the key.
SSH_JUMP | There is no way through the jump host. | Log in to the jump host by hand: \`ssh JUMP\`.
SSH_KNOWN_HOSTS | The file of known hosts cannot be read. | Check the path and its permissions.
SSH_LOST | The connection was lost in the middle of a run. The run goes on or ends on the host by itself. | Run \`muster ping\`, then the command again.
SSH_PROTOCOL | Something answers at this port, but not as SSH, or not in a way that muster knows. | Check address and port. \`ssh -v HOST\` shows what both sides offer.
SSH_PROXY_COMMAND | The ProxyCommand of your ssh_config failed. | Run \`ssh HOST\` by hand.
SSH_REFUSED | Nothing listens at this address and port. | Check that sshd runs, and that address and port are right.
SSH_TIMEOUT | The host did not answer in time. | Check that it is up, and the firewalls on the way. A slow host needs a longer \`connect_timeout\`.
SSH_UNREACHABLE | There is no route to the host. | Check the network of this machine.
STEP_NO_STATE | The step has no function \`state\`. | Add \`state() { ... }\`.
STEP_NO_VERIFY | The step has no function \`verify\`, so nothing proves that it works. | Add \`verify() { ... }\` with expectations.
STEP_UNUSED | A script in \`steps/\` belongs to no step. | Add it to playbook.yaml, or remove it.
STORE_BASELINE | A baseline cannot be read or written. | Check the directory of the history.
STORE_FOREIGN | Another user can write the directory of the history. | Choose a directory that is yours alone: \`history:\` in the configuration.
STORE_NEWER | A newer muster made the index of the history. | Use that version, or another directory for this one.
STORE_READ | The history cannot be read. | Check the permissions and the disk.
STORE_RECORD | The record of a run is damaged or gone. | Other runs are not affected. \`muster history\` lists them.
STORE_RUN | The history has no such run. | \`muster history\` lists the runs.
STORE_WRITE | The history cannot be written. | Check the permissions and the space on the disk.
TEMPLATE | A template cannot be filled in. | Correct the line that is shown.
TEMPLATE_UNDEFINED | A template uses a name that no var has. | Declare the var in playbook.yaml, or correct the name.
TIME | The text is no time. | Write \`45m\`, \`12h\`, \`7d\`, \`yesterday\`, \`2026-11-28\` or \`2026-11-28T05:00:00Z\`.
TRUST | A file that you did not name would run a program or read a secret. | Look at it with \`muster trust --show\`. Trust it with \`muster trust\`, or name it: \`--config FILE\`, \`-i FILE\`.
TRUST_NONE | Nothing is trusted at this path. | \`muster trust --list\` shows what is.
TRUST_PROGRAM | A program that such a file names can be changed by others. | Copy the files to a directory that only you can write.
TRUST_STORE | The list of what you trust cannot be kept safely. | Make its directory yours alone.
VAR_FILES | A var of type \`files\` leads to something that cannot be sent to the hosts. | Correct the path in the inventory.
VAR_FILES_TOO_LARGE | The files of a var are too large, or too many. | Send fewer, or put them on the hosts in another way.
VAR_MISSING | A required var has no value for a host. | Set it in the inventory: for the host, its group, or all.
VAR_NOT_THERE | A text that runs in a separate sh reads a variable that this sh does not have. | Give the value as an argument.
VAR_NUL | The value of a secret holds a NUL byte, which no sh can hold. | Encode it, for example with base64.
VAR_TYPE | The value of a var is not of its type, or is not allowed. | Correct the value in the inventory.
VAR_UNKNOWN | A step reads a variable that nothing sets, or the inventory sets a var that no playbook has. | Correct the name. The hint says which name is near.
VAR_UNUSED | The playbook declares a var that nothing uses. | Use it, or remove it.
`;

/** All of them. */
export const explanations: readonly Explanation[] = table
  .trim()
  .split('\n')
  .map((line) => {
    const [code = '', cause = '', remedy = ''] = line.split(' | ');
    return { code, cause, remedy };
  });

/** What a code means, also one of shellcheck's and one about a jump host; undefined for a code that there is not. */
export function explanationOf(word: string): Explanation | undefined {
  const code = word.toUpperCase();
  const found = explanations.find((each) => each.code === code);
  if (found !== undefined) return found;
  if (/^SC\d{4}$/.test(code))
    return {
      code,
      cause: 'shellcheck reports this about a script.',
      remedy: `Its own page explains it: https://www.shellcheck.net/wiki/${code}`,
    };
  const atJump = explanations.find((each) => each.code === code.replace(/^SSH_JUMP_/, 'SSH_'));
  return atJump === undefined
    ? undefined
    : {
        code,
        cause: `At the jump host: ${atJump.cause}`,
        remedy: `For the jump host: ${atJump.remedy}`,
      };
}
