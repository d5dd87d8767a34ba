import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CLI } from './conversation.ts';
import type { Stage } from './conversation.ts';

/** `aegis mcp <words>` as the administrator types it; what it says on both streams. */
export async function aegis(
  { aegis: { daemon, admin } }: Stage,
  ...words: readonly string[]
): Promise<{ readonly code: number; readonly said: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, 'mcp', ...words], {
    env: { ...process.env, AEGIS_URL: daemon.url, AEGIS_KEY: admin, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}
