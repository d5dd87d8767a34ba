import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

const ROOT = 'src/intercept/llm/';

/** The folders of the model proxy in the order a call walks through them, each with the others it may import. All may import `caller.ts`. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  dialect: [],
  dialects: ['dialect'],
  bytes: ['dialect'],
  memory: ['dialect'],
  request: ['dialect', 'memory'],
  prompt: ['dialect', 'memory'],
  action: ['dialect', 'memory'],
  upstream: ['bytes'],
  answer: ['dialect', 'bytes', 'memory', 'action', 'upstream'],
};

/** `src/intercept/llm/prompt/prompts.ts` → `prompt`; a file at the root is told by its name. */
function partOf(path: string): string {
  return path.slice(ROOT.length).split('/')[0] ?? '';
}

test('each part of the model proxy imports only the parts it may touch, and a dialect no other dialect', () => {
  const breaches: string[] = [];
  const used = new Set<string>();
  for (const file of globSync(`${ROOT}**/*.ts`)) {
    const part = partOf(file);
    const may = PARTS[part];
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport\()\s*'(\.[^']+)'/g)) {
      const target = normalize(join(dirname(file), path));
      const to = partOf(target);
      const foreign = part === 'dialects' && to === part && !target.startsWith(`${dirname(file)}/`);
      if (may === undefined || !target.startsWith(ROOT) || (to === part && !foreign) || to === 'caller.ts') continue;
      used.add(`${part} → ${to}`);
      if (foreign || !may.includes(to)) breaches.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(breaches, []);
  const named = Object.entries(PARTS).flatMap(([part, may]) => may.map((to) => `${part} → ${to}`));
  assert.deepEqual(
    named.filter((one) => !used.has(one)),
    [],
    'named, but nobody uses it',
  );
});
