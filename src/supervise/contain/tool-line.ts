import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ToolHolder } from './level.ts';

/** Where tools are looked for: PATH, and where the tools of a system lie. */
const FOLDERS = [process.env['PATH'] ?? '', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].join(delimiter);

/** What root could leave the namespace by: kernel modules, raw memory and disks, another kernel. */
const WAYS_OUT = ['sys_module', 'sys_rawio', 'sys_boot'] as const;

/**
 * PID 1 of the namespace, or nothing: it never mounts anywhere else. It says `up` and waits for a line, so that whoever watches knows PID 1 before
 * anything of the agent runs; it starts the command in a session of its own, without its own descriptors, and says how it ended. `$$` is the number
 * the command has inside. The standard error of the command is 5, so that no shell and no tool writes there.
 */
const FIRST = `
[ "$$" = 1 ] || exit 125
aegis_setsid=$1 aegis_mount=$2 aegis_umount=$3 aegis_left=$4
shift 4
while [ "$aegis_left" -gt 0 ]; do
  echo 0 > "$1/cgroup.procs" || exit 125
  shift
  aegis_left=$((aegis_left - 1))
done
if [ -n "$aegis_mount" ]; then
  "$aegis_umount" -l /proc 2>/dev/null
  "$aegis_mount" -t proc -o nosuid,nodev,noexec proc /proc || exit 125
  if [ -d /sys/fs/cgroup ]; then
    "$aegis_umount" -l /sys/fs/cgroup 2>/dev/null
    "$aegis_mount" -t tmpfs -o ro,nosuid,nodev,noexec,size=4k,mode=555 none /sys/fs/cgroup 2>/dev/null
  fi
fi
exec 2>/dev/null
echo up >&4
read -r aegis_go <&3 || exit 125
"$aegis_setsid" /bin/sh -c 'echo "agent $$" >&4; exec "$@" 2>&5 3<&- 4>&- 5>&-' sh "$@"
echo "exited $?" >&4
kill -s TERM -- -1
kill -s CONT -- -1
read -r aegis_go <&3
`;

export interface LineTerms {
  readonly holder: ToolHolder;
  readonly userNamespace: boolean;
  readonly groups: readonly string[];
  readonly processes: number | undefined;
  readonly command: readonly string[];
}

export type ToolLine = { readonly line: readonly [string, ...string[]] } | { readonly why: string };

/** What starts a command in a PID namespace with the tools of this machine; descriptors 3 and 4 of it are the commands to and the lines of its first process. */
export function toolLine(terms: LineTerms, path = FOLDERS, root = process.geteuid?.() === 0): ToolLine {
  const missing: string[] = [];
  const tool = (name: string): string => {
    const found = programIn(name, path);
    if (found === null) missing.push(name);
    return found ?? name;
  };
  const launcher = terms.holder === 'bwrap' ? bwrap(tool, root) : unshare(tool, terms.userNamespace, root);
  // Only root can mount from inside the namespace; for others, and in bubblewrap, it was done before.
  const mounts = terms.holder === 'unshare' && root && !terms.userNamespace;
  const [mount, umount] = mounts ? [tool('mount'), tool('umount')] : ['', ''];
  const most = terms.processes === undefined ? [] : [tool('prlimit'), `--nproc=${String(terms.processes)}`, '--'];
  const [first, ...rest] = launcher;
  const shell = ['/bin/sh', '-c', FIRST, 'aegis', tool('setsid'), mount, umount, String(terms.groups.length), ...terms.groups];
  if (missing.length > 0) return { why: `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not installed` };
  return { line: [first, ...rest, ...shell, ...most, ...terms.command] };
}

type Tool = (name: string) => string;

function unshare(tool: Tool, userNamespace: boolean, root: boolean): readonly [string, ...string[]] {
  const bounds = root && !userNamespace ? [`--bounding-set=${WAYS_OUT.map((name) => `-${name}`).join(',')}`] : [];
  // In a namespace of users the rights to mount end with unshare itself; root mounts from inside, over nothing.
  const view = root && !userNamespace ? ['--mount'] : userNamespace ? ['--user', '--map-current-user', '--mount-proc'] : ['--mount-proc'];
  return [tool('setpriv'), '--pdeathsig', 'KILL', ...bounds, tool('unshare'), '--pid', '--fork', '--kill-child=KILL', ...view, '--'];
}

function bwrap(tool: Tool, root: boolean): readonly [string, ...string[]] {
  // The /proc of outside lies beneath the new one: root must not be able to unmount it.
  const drops = root ? [...WAYS_OUT, 'sys_admin'].flatMap((name) => ['--cap-drop', `cap_${name}`]) : [];
  return [tool('bwrap'), '--die-with-parent', '--unshare-pid', '--as-pid-1', '--dev-bind', '/', '/', '--proc', '/proc', ...drops, '--'];
}

/** Where a program of this name lies; null where it is in none of the folders. A folder that is not absolute is another's to fill. */
export function programIn(name: string, path: string): string | null {
  const folders = path.split(delimiter).filter((folder) => folder.startsWith('/'));
  return folders.map((folder) => join(folder, name)).find((file) => errnoOf(file) === 0) ?? null;
}

/** Why a file cannot be executed: 0, 2 (it is not there) or 13 (it may not be). */
export function errnoOf(file: string): 0 | 2 | 13 {
  try {
    if (!statSync(file).isFile()) return 13;
    accessSync(file, constants.X_OK);
    return 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 13 : 2;
  }
}
