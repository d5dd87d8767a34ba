/**
 * Makes an installable package of the TypeScript SDK: JavaScript and types for Node 20.19 or newer, as `<folder>/aegis-sdk-<version>.tgz`.
 * `npm run pack:sdk [-- <folder> --json]`; the folder is `dist` unless another is named.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
const json = words.includes('--json');
const folder = resolve(words.find((word) => word !== '--json') ?? join(home, 'dist'));
const staged = join(folder, 'sdk');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

rmSync(staged, { recursive: true, force: true });
mkdirSync(staged, { recursive: true });
execFileSync(process.execPath, [tsc, '-p', join(home, 'sdk/typescript/tsconfig.json'), '--outDir', join(staged, 'dist')], {
  stdio: ['ignore', 2, 2],
});

const manifest = JSON.parse(readFileSync(join(home, 'sdk/typescript/package.json'), 'utf8'));
const entry = (name) => ({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` });
const published = {
  ...manifest,
  // The one in this folder is not to be published by mistake.
  private: undefined,
  engines: { node: '>=20.19' },
  exports: { '.': entry('index'), './auto': entry('register') },
  files: ['dist'],
};
writeFileSync(join(staged, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
copyFileSync(join(home, 'LICENSE'), join(staged, 'LICENSE'));
copyFileSync(join(home, 'sdk/typescript/README.md'), join(staged, 'README.md'));

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const [packed] = JSON.parse(
  execFileSync(npm, ['pack', '--json', '--pack-destination', folder], { cwd: staged, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }),
);
// Some versions of npm name the file after the scope as it is written.
const file = join(folder, packed.filename.replace('@', '').replace('/', '-'));
if (json) console.log(JSON.stringify({ file, version: published.version, bytes: packed.size }));
else console.log(`${file}\n\nIn your project:\n  npm install ${file}`);
