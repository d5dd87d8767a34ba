import { decodePath } from './decode.ts';
import { alternatives, fitsPattern, isPattern } from './name-pattern.ts';
import { readPath, reporter } from './read-path.ts';
import type { PathReading } from './read-path.ts';
import { resolvePath } from './resolve.ts';
import { holdsCredentials, SECRET_NAMES, sensitivityOf } from './sensitive.ts';

/** A search that shows what stands in files: one folder or file, and the patterns that choose among the files below it. */
export interface ContentSearch {
  /** Empty where the search starts in the folder it is run in. */
  readonly root: string;
  /** Patterns that take files in; one that begins with `!` takes none in. */
  readonly include: readonly string[];
  /** Hidden files and folders are searched too. */
  readonly hidden: boolean;
}

/** What a search reads, judged as reading the files it finds would be: showing names or counts of matches tells of the contents too (INSPECT-90). */
export function readSearch(search: ContentSearch, pointer: string): PathReading {
  const { root, include } = search;
  const named = include.filter((one) => !isPattern(one) && !one.startsWith('!')).map((one) => readPath(joined(root, one), pointer, 'read'));
  const readings = [...(root === '' ? [] : [readPath(root, pointer, 'read')]), ...named];
  const findings = readings.flatMap((one) => one.findings);
  const paths = readings.flatMap((one) => one.paths);
  if (findings.some(({ code }) => code === 'PATH_SECRET') || !showsCredentials(search)) return { findings, paths };
  const shown = include.length === 0 ? root : `${root} ${include.join(' ')}`.trim();
  return { findings: [...findings, reporter(shown, pointer, 'read')({ code: 'PATH_SECRET', risk: 'HIGH' })], paths };
}

const joined = (root: string, name: string): string => (root === '' || /^[/~]/.test(name) ? name : `${root.replace(/\/$/, '')}/${name}`);

function showsCredentials({ root, include, hidden }: ContentSearch): boolean {
  const { path } = resolvePath(decodePath(root).text);
  if (holdsCredentials(path)) return true;
  const chosen = include.filter((one) => !one.startsWith('!')).flatMap(alternatives);
  if (chosen.some((one) => picksCredentials(one, root))) return true;
  return hidden && isWide(path) && (chosen.length === 0 || chosen.some(takesCredentials));
}

/** Everything a person has, keys among it. */
const isWide = (path: string): boolean =>
  /^(\/|~[\w-]*|\/(root|home|users)|(\/home|\/users|[a-z]:\/users)\/[^/]+|[a-z]:\/?)(\/\.config)?\/?$/i.test(path);

/** A pattern that is about credentials: it takes some of their names in and none that any project has. */
function picksCredentials(pattern: string, root: string): boolean {
  const { folder, name } = partsOf(pattern);
  if (folder !== '' && holdsCredentials(resolvePath(folder).path)) return true;
  if (!isPattern(name)) return sensitivityOf(joined(root, pattern)) === 'secret';
  return takesCredentials(pattern) && !takesOrdinary(pattern);
}

const takesCredentials = (pattern: string): boolean => {
  const { name } = partsOf(pattern);
  return CREDENTIALS.some((one) => fitsPattern(one, name));
};

const takesOrdinary = (pattern: string): boolean => {
  const { name } = partsOf(pattern);
  return ORDINARY.some((one) => fitsPattern(one, name));
};

/** `src/.ssh/**` is the folder `src/.ssh` and every name in it. */
function partsOf(pattern: string): { readonly folder: string; readonly name: string } {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '**');
  const last = pattern.endsWith('/**') || pattern.endsWith('/') ? '*' : (parts.pop() ?? '*');
  return { folder: parts.join('/'), name: last };
}

/** Names of files that hold credentials, and of the kinds of files keys are kept in. */
const CREDENTIALS: readonly string[] = [
  ...SECRET_NAMES,
  ...['.env.local', '.env.production', 'prod.env', 'server.pem', 'private.key', 'store.jks', 'store.keystore', 'cert.p12', 'cert.pfx'],
  ...['vault.kdbx', 'login.ppk', 'service-account.json', 'backup.tfstate'],
];

/** Names most projects have: a pattern that takes one of them in is an ordinary search. */
const ORDINARY: readonly string[] = [
  ...['main.ts', 'index.js', 'app.jsx', 'app.py', 'main.go', 'lib.rs', 'app.java', 'a.c', 'a.cpp', 'a.h', 'a.cs', 'a.rb', 'a.php', 'a.kt', 'a.swift'],
  ...[
    'readme.md',
    'notes.txt',
    'index.html',
    'style.css',
    'data.csv',
    'data.db',
    'data.sqlite',
    'data.dat',
    'data.xml',
    'run.sh',
    'run.ps1',
    'app.log',
  ],
  ...['package.json', 'settings.json', 'config.json', 'config.yaml', 'config.yml', 'config.toml', 'config.ini', 'makefile', 'dockerfile', 'a.ipynb'],
  ...['.gitignore', '.eslintrc.json', '.editorconfig', 'environment.ts', 'history.ts', 'tokenizer.ts', 'keyboard.ts', 'identity.ts', 'shadow.css'],
  ...['main.tf', 'schema.sql', 'a.proto', 'a.vue', 'a.svelte', 'a.old', 'a.bak', 'docker-compose.yml', 'key.ts', 'user.ts', 'login.ts', 'a.example'],
];
