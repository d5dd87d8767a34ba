import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Terminal } from '../terminal.ts';

/** What Codex writes into the user’s config.toml when a person trusts the hooks of `hooks.json` with `/hooks` (as Codex 0.169 does it). */
export function trustCodex(shell: Terminal, more = ''): void {
  const folder = join(shell.folder, '.codex');
  const events = ['pre_tool_use', 'post_tool_use', 'session_start', 'session_end', 'user_prompt_submit'];
  const states = events.map((event) => `[hooks.state."${join(folder, 'hooks.json')}:${event}:0:0"]\ntrusted_hash = "sha256:${'0'.repeat(64)}"\n`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.toml'), `${more}\n${states.join('\n')}`);
}
