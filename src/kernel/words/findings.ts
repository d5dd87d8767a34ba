/** Every finding code with one sentence; a test holds the list complete. The sentences stand in decisions: new codes come, old sentences stay. */
export const CODES: ReadonlyMap<string, string> = new Map(
  `
UNINSPECTABLE | Something that could matter could not be parsed, decoded or fully expanded.
PROMPT_UNREAD | A prompt carries pictures, sound, files or unknown parts that were not read.
COMMAND_INJECTION | A plain value carries a shell command behind a separator or inside a substitution.
INJECTION_OVERRIDE | Text tells a model to ignore or replace its instructions.
INJECTION_ROLE | Text gives a model another role or frees it from its limits.
INJECTION_PROMPT_LEAK | Text asks for the system prompt or hidden instructions.
INJECTION_CONCEAL | Text tells a model to hide something from the user.
INJECTION_ADDRESSED | Data speaks to the assistant that reads it.
INJECTION_EXFILTRATION | Data asks for information to be sent somewhere.
INJECTION_REQUEST | Data asks, as if it were the user, for an action on the user's own things.
INJECTION_TOOL_POISONING | A tool's description gives orders about other tools or files.
INJECTION_FRAME | Text imitates the frame of a conversation, a system message or a tool result.
UNICODE_TAGS | Tag characters spell a hidden text.
UNICODE_SELECTORS | A run of variation selectors carries hidden bytes.
UNICODE_BIDI | Directional controls change the order in which text is shown.
UNICODE_INVISIBLE | Invisible characters stand inside words.
UNICODE_MIXED_SCRIPT | A word mixes Latin letters with look-alikes of another script.
SECRET_FOUND | A credential stands in a value that stays here.
SECRET_LEAVING | A credential is handed to a tool that sends it away.
SECRET_PLACEHOLDER | A value has a credential's exact format but is a mask or an example.
SECRETS_UNFINISHED | A text holds more candidates for credentials than are looked at.
PII_FOUND | Personal data stands in a value.
PII_UNFINISHED | A text is longer than what is searched for personal data.
EXFILTRATION_ENCODED | A large encoded value goes to the network or to people.
SOURCE_MAP_LEAK | A source map is shipped with what is published.
PACKAGE_PUBLISH | A tool publishes a package.
AEGIS_CONFIG_WRITE | The configuration or data of Aegis itself would be changed.
AEGIS_CONTROL | A command would operate or stop Aegis itself.
AGENT_CONFIG_WRITE | The configuration or instructions of a coding agent would be changed.
AGENT_UNCHECKED | A coding agent would run without its checks, or with new tools or settings.
PATH_TRAVERSAL | A path climbs out of where it starts.
PATH_CLIMB | A path goes up, plainly and without reaching a sensitive place.
PATH_ENCODED | A path hides its dots or separators by encoding.
PATH_NUL | A path is cut by a NUL character.
PATH_WRAPPER | A path uses a stream wrapper of a language runtime.
PATH_UNC | A path names another machine's share.
PATH_SECRET | A path reaches a file that holds credentials.
PATH_KERNEL | A path reaches kernel interfaces.
PATH_SYSTEM_READ | A system file often probed by attackers would be read.
PATH_SYSTEM_WRITE | A place the operating system runs from would be written.
PATH_SYSTEM_DELETE | A place the operating system runs from would be deleted.
PATH_RUNS_LATER | A file that something else will execute later would be written.
URL_LOCAL_FILE | A URL reads a local file.
URL_SCHEME | A URL uses a scheme that reaches other protocols.
URL_SCRIPT | A URL is a script.
URL_DATA | A URL carries its data in itself.
URL_CLOUD_CONTROL | A URL calls a cloud's control interface to put scripts or keys on machines.
URL_CREDENTIALS | A URL carries a user name or password.
URL_CONFUSABLE | Readers disagree about which host a URL names.
URL_DISGUISED_HOST | A host is written so that people or filters misread it.
URL_HEADER_INJECTION | A URL injects lines into a request.
URL_EXFILTRATION | A URL carries bulk or encoded data in its path or query.
PLAINTEXT_HTTP | A URL is fetched without encryption.
SSRF_INTERNAL | A URL reaches loopback, private or link-local addresses.
SSRF_METADATA | A URL reaches a cloud metadata service.
SSRF_REDIRECT | A URL carries another one that reaches an internal address.
SQL_ACCOUNT | SQL creates or changes accounts.
SQL_ADMIN | SQL changes the server's configuration or stops it.
SQL_ALTER | SQL changes a structure.
SQL_ATTACH | SQL opens another database file.
SQL_CODE_DEFINED | SQL defines code that runs in the server.
SQL_CODE_LOAD | SQL loads code into the server.
SQL_COMMAND_EXECUTION | SQL runs a program on the server.
SQL_COPY | SQL copies data in or out of the server.
SQL_CREDENTIALS | SQL reads credentials of the server.
SQL_DELETE | SQL deletes chosen rows.
SQL_DELETE_ALL | SQL deletes every row.
SQL_DROP | SQL drops a table, schema or database.
SQL_DROP_COLUMN | SQL drops a column.
SQL_DROP_OBJECT | SQL drops an object that holds no rows.
SQL_DYNAMIC | SQL runs text that is put together at run time.
SQL_FILE_READ | SQL reads a file of the server.
SQL_FILE_WRITE | SQL writes a file on the server.
SQL_GUARD_OFF | SQL switches off a protection of the database.
SQL_IN_SHELL | A shell command carries SQL to a database.
SQL_INJECTION | A plain value carries a fragment that changes the query it is put into.
SQL_INJECTION_WEAK | A plain value resembles an SQL fragment.
SQL_MERGE_DELETE | A MERGE deletes rows.
SQL_PRIVILEGE | SQL grants or revokes rights.
SQL_REMOTE_ACCESS | SQL reaches another server.
SQL_REPLACE | SQL replaces rows or a whole table.
SQL_TAUTOLOGY | A condition is always true.
SQL_TIME_DELAY | SQL waits, as blind injection does.
SQL_TRUNCATE | SQL empties a table.
SQL_UPDATE_ALL | SQL changes every row.
SHELL_ACCOUNT_DELETE | A command deletes an account.
SHELL_DECODE_EXECUTE | Text is decoded and then run.
SHELL_DEFENCE_DISABLE | A command switches off a protection.
SHELL_DELETE | A command deletes files.
SHELL_DEVICE_WRITE | A command writes to a raw device.
SHELL_DYNAMIC_COMMAND | The program to run is only known at run time.
SHELL_EVAL_COMPUTED | Computed text is run as commands.
SHELL_ESCAPE | A program is told from inside to start an interactive shell.
SHELL_SHADOW | A command gives its own meaning to a well-known program's name.
SHELL_FILE_EXECUTE | A file is run as a script.
SHELL_FIND_DELETE | A search deletes what it finds.
SHELL_FIREWALL_OPEN | A command opens the firewall.
SHELL_FORK_BOMB | A command multiplies itself without end.
SHELL_FORMAT | A command makes a file system over an existing one.
SHELL_HATCH | A program is used to start another one through a side door.
SHELL_HISTORY_CLEAR | A command clears the shell's history.
SHELL_HOST_STOP | A command stops or restarts the machine.
SHELL_INPUT_EXECUTE | A shell runs what it is given on standard input.
SHELL_INTRUSION | A tool poses as other machines, listens to them or breaks into them.
SHELL_KERNEL_MODULE | A command loads or removes a kernel module.
SHELL_KEY_REMOVE | A command removes keys.
SHELL_KILL | A command kills a process.
SHELL_KILL_ALL | A command kills every process it may.
SHELL_LOG_CLEAR | A command clears logs.
SHELL_MOUNT | A command mounts something.
SHELL_MOVE_AWAY | A command moves something important away.
SHELL_NETWORK_REDIRECT | A command redirects to or from a network device.
SHELL_PARTITION | A command changes a partition table.
SHELL_PERMISSIONS | A command opens permissions widely.
SHELL_PERSISTENCE | A command makes something run again later.
SHELL_PRIVILEGE | A command raises its privileges.
SHELL_RECURSIVE_DELETE | A command deletes a whole tree.
SHELL_REGISTRY | A command changes the registry.
SHELL_REMOTE_EXECUTE | A command runs what it fetched from the network.
SHELL_REVERSE_SHELL | A command hands a shell to the network.
SHELL_SCHEDULE_DELETE | A command deletes scheduled jobs.
SHELL_SECRET_PRINT | A command prints credentials, or looks for where they are.
SHELL_SECRET_EXFILTRATION | A command sends credentials away.
SHELL_SERVICE_STOP | A command stops a service.
SHELL_SETUID | A command lets a file run with its owner's rights.
SHELL_SHRED | A command overwrites data so that it cannot be restored.
SHELL_SYNC_DELETE | A copy deletes what the source does not have.
SHELL_SYSTEM_COPY | A command copies over a system file.
SHELL_TRUNCATE | A command empties a file.
SHELL_TUNNEL | A command opens a tunnel.
SHELL_UNMOUNT | A command unmounts a file system.
SHELL_UPLOAD | A command sends files away.
SHELL_VOLUME_DESTROY | A command destroys a volume or pool.
SHELL_WRITTEN_EXECUTE | A file runs that this session fetched, or wrote with something in it that a person would be asked about.
CODE_DATA_DELETE | Code deletes data in a service.
CODE_EXHAUSTS | Code takes memory without end.
CODE_RUNS_COMPUTED | Code runs a command that is put together at run time.
CLUSTER_APPLY_PLAINTEXT | A cluster is changed by a document fetched without encryption.
CLUSTER_DELETE | A cluster's objects are deleted.
CLUSTER_DELETE_ALL | All of a cluster's objects of a kind are deleted.
CLUSTER_DRAIN | A node is emptied.
CLUSTER_SCALE_ZERO | A workload is scaled to nothing.
CONTAINER_ESCAPE | A container is started with the rights of its host.
CONTAINER_PRUNE | Unused containers, images or volumes are removed.
CONTAINER_REMOVE | A container, image or volume is removed.
CONTAINER_STOP | A container is stopped.
DATABASE_DESTROY | A database is destroyed.
DNS_ZONE_TRANSFER | A whole DNS zone is asked for.
ENV_AGENT_CONFIG | An environment variable redirects an agent.
ENV_CODE_LOAD | An environment variable makes programs load code.
ENV_PATH_HIJACK | The search path is changed so that other programs run.
GIT_BRANCH_DELETE | A branch is deleted by force.
GIT_CLEAN | Untracked files are deleted.
GIT_DISCARD | Uncommitted work is thrown away.
GIT_FORCE_PUSH | Published history is overwritten.
GIT_GC | Unreachable history is deleted.
GIT_PUSH_TRUNK | The main branch is pushed to directly.
GIT_REFLOG | The reflog is deleted.
GIT_REF_DELETE | A reference is deleted.
GIT_REMOTE | A remote is changed.
GIT_REMOTE_DELETE | A remote branch is deleted.
GIT_RESET | The branch and the working tree are reset.
GIT_REWRITE | History is rewritten.
GIT_RM | Tracked files are deleted.
GIT_STASH_DROP | Stashed work is thrown away.
GIT_TAG_DELETE | A tag is deleted.
HTTP_DELETE | A request deletes a resource.
INFRA_APPLY | Infrastructure is changed without being asked.
INFRA_DESTROY | Infrastructure is destroyed.
INFRA_STATE | The state of infrastructure is edited.
PACKAGE_REMOVE | A package is removed.
SERVICE_DESTROY | A resource of a hosted service is destroyed.
SUPPLY_CONFIG | The place packages come from is changed.
SUPPLY_OWNERSHIP | The owners of a package are changed.
SUPPLY_PUBLISH | A package or image is published.
TOOL_CHANGE_ALL | A tool changes everything of a kind.
TOOL_DEFENCE_OFF | A tool switches off a protection.
TOOL_DELETE_ALL | A tool deletes everything of a kind.
TOOL_EXPOSE | A tool opens something to everybody.
TOOL_GRANT | A tool gives rights away.
TOOL_PAYMENT | A tool moves a large amount of money.
TOOL_STOP | A tool stops machines or services.
`
    .trim()
    .split('\n')
    .map((line): [string, string] => {
      const at = line.indexOf(' | ');
      return [line.slice(0, at), line.slice(at + 3)];
    }),
);

/** What a finding code means, as the beginning of a sentence; a code of a later version speaks for itself. */
export function meaningOf(code: string): string {
  return (CODES.get(code) ?? code).replace(/\.$/, '');
}
