import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

/** Room → rooms it may import, and why nothing else (HOUSE: who may import whom). Types of `kernel` and coded errors are for all. */
const WALLS: Readonly<Record<string, { readonly may: readonly string[]; readonly because: string }>> = {
  kernel: { may: [], because: 'the kernel imports nothing, so that it runs in a browser, in a test and in ten years' },
  inspect: { may: ['kernel'], because: 'reading is pure; it knows the nouns and its parsers' },
  policy: { may: ['kernel'], because: 'a policy is text made into kernel values; no I/O, no clock' },
  log: { may: ['kernel', 'intercept/strict-json.ts'], because: 'truth does not know who writes it' },
  gate: { may: ['kernel', 'inspect', 'policy', 'log'], because: 'the gate is the only writer' },
  intercept: { may: ['kernel', 'gate'], because: 'a door never reads a view and never imports another door' },
  views: { may: ['kernel', 'log'], because: 'views are derived and deletable' },
  lab: { may: ['kernel', 'log', 'policy', 'inspect'], because: 'the lab is the kernel off-line' },
  api: { may: ['kernel', 'gate', 'views', 'lab', 'log', 'intercept', 'config', 'policy'], because: 'people go through the gate too' },
  config: { may: [], because: 'configuration is plain values' },
};

function room(path: string): string {
  const parts = path.split('/');
  return parts.length > 2 ? (parts[1] ?? '') : 'root';
}

test('the walls of the house stand', () => {
  const breaches: string[] = [];
  for (const file of globSync('src/**/*.ts')) {
    const from = room(file);
    const wall = WALLS[from];
    if (wall === undefined) continue;
    for (const match of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const target = normalize(join(dirname(file), match[1] ?? ''));
      const to = room(target);
      const shared = from !== 'kernel' && (target === 'src/errors.ts' || target === 'src/ports.ts');
      const allowed = to === from || shared || wall.may.some((room) => target === `src/${room}` || target.startsWith(`src/${room}/`));
      if (!allowed) breaches.push(`${file} imports ${target}: ${wall.because}`);
    }
  }
  assert.deepEqual(breaches, []);
});

test('kernel, inspect and policy read no clock, no randomness and no outside world', () => {
  const banned =
    /\b(?:Date\.now|new Date\(\)|Math\.random|performance\.now|process\.env|setTimeout|setInterval|node:fs|node:net|node:http|node:child_process)\b/;
  const breaches = globSync(['src/kernel/**/*.ts', 'src/inspect/**/*.ts', 'src/policy/**/*.ts']).flatMap((file) => {
    const hit = banned.exec(readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''));
    return hit === null ? [] : [`${file}: ${hit[0]}`];
  });
  assert.deepEqual(breaches, []);
});

test('no room is a drawer', () => {
  const drawers = globSync('{src,sdk,bench,eval,examples}/**/*.ts').filter(
    (file) => /(?:^|\/)(?:utils?|helpers?|common|shared|misc|manager|service|support)(?:\.ts|\/)/.test(file) && !file.includes('node_modules'),
  );
  assert.deepEqual(drawers, []);
});
