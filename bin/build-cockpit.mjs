// Builds the dashboard when its sources are newer than what was built. No dependency may be imported here.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['src', 'public', 'index.html', 'vite.config.mjs', 'package.json'];

/** When the newest file below a path was written, in milliseconds since 1970. */
function newest(path) {
  const state = statSync(path, { throwIfNoEntry: false });
  if (state === undefined) return 0;
  if (!state.isDirectory()) return state.mtimeMs;
  return Math.max(state.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Without a dashboard the daemon still starts: what failed is said, and `/` says how to build it. */
export async function buildCockpit(root, node) {
  const folder = join(root, 'cockpit');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const built = statSync(join(folder, 'dist', 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (!existsSync(join(folder, 'src')) || built >= Math.max(...SOURCES.map((name) => newest(join(folder, name))))) return;
  if (!existsSync(vite)) {
    console.error('The dashboard is not built: Vite is not installed. Run `npm install`, then the same command again.');
    return;
  }
  const from = Date.now();
  console.error('Building the dashboard (once, and after its sources changed; a few seconds) …');
  const code = await new Promise((resolve) => {
    const child = spawn(node, [vite, 'build', folder, '--logLevel', 'warn'], { cwd: root, stdio: ['ignore', 2, 2] });
    child.on('error', () => resolve(1));
    child.on('exit', (status) => resolve(status ?? 1));
  });
  if (code === 0) console.error(`The dashboard is built (${((Date.now() - from) / 1_000).toFixed(1)} s).`);
  else console.error('The dashboard was not built (what Vite said stands above). Everything else works; `npm run build -w cockpit` tries again.');
}
