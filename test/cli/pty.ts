import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Terminal } from './terminal.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A real terminal of a given width: it starts a program on it, passes on what it shows and what is typed, and ends with its exit code. */
const PTY = `
import fcntl, os, pty, select, struct, sys, termios
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 40, int(sys.argv[1]), 0, 0))
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for number in (0, 1, 2): os.dup2(slave, number)
    os.close(master)
    os.execv(sys.argv[2], sys.argv[2:])
os.close(slave)
inputs = [master, 0]
while True:
    ready, _, _ = select.select(inputs, [], [])
    if 0 in ready:
        typed = os.read(0, 4096)
        if typed: os.write(master, typed)
        else: inputs.remove(0)
    if master in ready:
        try: shown = os.read(master, 65536)
        except OSError: shown = b''
        if not shown: break
        sys.stdout.buffer.write(shown); sys.stdout.buffer.flush()
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
`;

export interface Screen {
  readonly code: number;
  readonly text: string;
}

export interface Scene {
  readonly columns: number;
  readonly args: readonly string[];
  /** What to type once the screen shows something; null for nothing yet. Asked after every change until it types. */
  readonly type?: (text: string) => string | null;
  /** One after the other: what the screen shows next, and what is typed then. */
  readonly steps?: readonly (readonly [shows: RegExp, keys: string])[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs `aegis …` on a terminal to its end. */
export function onScreen({ folder, env }: Pick<Terminal, 'folder' | 'env'>, { columns, args, type, steps = [], env: more }: Scene): Promise<Screen> {
  return new Promise((resolve, reject) => {
    const command = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN, ...args];
    const place = { cwd: folder, env: { ...env, TERM: 'xterm', ...more } };
    const child = spawn('python3', ['-c', PTY, String(columns), ...command], { ...place, stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    let typed = type === undefined;
    const left = [...steps];
    let since = 0;
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const [next] = left;
      if (next?.[0].test(text.slice(since)) === true) {
        left.shift();
        since = text.length;
        child.stdin.write(next[1]);
      }
      const keys = typed ? null : (type?.(text) ?? null);
      if (keys === null) return;
      typed = true;
      child.stdin.write(keys);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, text: text.replaceAll('\r\n', '\n') }));
  });
}
