import type { Arg, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm, literal } from '../call.ts';
import { readPatch } from '../../formats/patch.ts';
import { readOptions } from '../options.ts';
import { insideOf, unpacked } from './hatches.ts';

const writes = (path: Arg): Seen => ({ see: 'path', path, access: 'write' });

/** `-o/etc`, `-oFOLDER`: 7-Zip's and unrar's own way. */
const sevenZip: ProgramReader = (call) => {
  if (!/^[xe]$/.test(call.args.find(({ text }) => !text.startsWith('-'))?.text ?? '')) return [];
  const out = call.args.filter(({ text }) => /^-o./.test(text)).map((arg) => ({ ...arg, text: arg.text.slice(2) }));
  const last = call.args.at(-1);
  const archive = call.args.filter(({ text }) => !text.startsWith('-')).slice(1, 2);
  return unpacked(archive, [...out, ...(last?.text.endsWith('/') === true ? [last] : [])]);
};

const unzip: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'dxP' });
  const wide = options.has(':') || options.values('d').some(({ text }) => /^\/+$/.test(text));
  return [
    ...(wide ? [harm('SHELL_SYSTEM_COPY', 'HIGH', { operation: 'write', category: 'file' })] : []),
    ...(options.has('l', 'v', 't', 'p', 'Z') ? [] : unpacked(options.operands.slice(0, 1), options.values('d'))),
  ];
};

const patched = (text: string | undefined): Seen[] =>
  text === undefined
    ? []
    : readPatch(text).flatMap(({ path, access }): Seen[] => (path === '' ? [] : [{ see: 'path', path: literal(path), access }]));

/** `apply_patch '*** Begin Patch…'`, or the same on its standard input. */
const applyPatch: ProgramReader = (call) => [...call.args.flatMap(({ text }) => patched(text)), ...patched(call.stdin.text)];

const patch: ProgramReader = (call) => {
  const options = readOptions(call.args, {
    short: 'dioprBDFVYz',
    long: ['directory', 'input', 'output', 'strip', 'reject-file', 'suffix', 'prefix'],
  });
  const folder = options.values('d', 'directory').map((path) => writes(insideOf(path)));
  return [...folder, ...options.values('o', 'output').map(writes), ...options.operands.slice(0, 1).map(writes), ...patched(call.stdin.text)];
};

const cpio: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'DEFHIMORC', long: ['directory'] });
  return options.has('i', 'extract') ? options.values('D', 'directory').map((folder) => writes(insideOf(folder))) : [];
};

const aria2c: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'doxsjkmiT', long: ['dir', 'out', 'input-file', 'max-connection-per-server', 'split'] });
  const folder = options.value('d', 'dir');
  const out = options.value('o', 'out');
  const named = options.operands.map((url) =>
    literal(
      url.text
        .replace(/[?#].*$/, '')
        .split('/')
        .at(-1) ?? '',
    ),
  );
  const paths = (out === undefined ? named : [out]).map((path) => (folder === undefined ? path : { ...path, text: `${folder.text}/${path.text}` }));
  return [...options.operands.map((url): Seen => ({ see: 'url', url: url.text })), ...paths.map(writes)];
};

const gpg: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'oru', long: ['output', 'recipient', 'local-user', 'homedir', 'passphrase', 'keyserver'] });
  return options
    .values('o', 'output')
    .filter(({ text }) => text !== '-')
    .map(writes);
};

/** `gunzip a.sh.gz` leaves `a.sh` in its place. */
const uncompress: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'SbT' });
  if (options.has('c', 'stdout', 'to-stdout', 'l', 'list', 't', 'test')) return [];
  if (/^(?:gzip|pigz|bzip2|xz|zstd|lz4)$/.test(call.bin) && !options.has('d', 'decompress', 'uncompress')) return [];
  return options.operands.flatMap((path): Seen[] =>
    /\.(?:gz|z|bz2|xz|zst|lz4|lzma)$/i.test(path.text)
      ? [{ see: 'path', path: { ...path, text: path.text.replace(/\.\w+$/, '') }, access: 'write', from: [path] }]
      : [],
  );
};

/** Programs that leave a packed file unpacked. */
const UNCOMPRESS = 'gunzip gzip unpigz pigz bunzip2 bzip2 unxz xz unzstd zstd unlz4 lz4 unlzma uncompress'.split(' ');

/** Programs that only copy what they are given into the file an option names. */
const outputs =
  (short: string, names: readonly string[]): ProgramReader =>
  (call) =>
    readOptions(call.args, { short, long: [...names] })
      .values(...names)
      .filter(({ text }) => text !== '-')
      .map(writes);

/** What unpacks, patches or fetches into files, beside what else is known of the program. */
export const ARCHIVES: ProgramTable = {
  ...Object.fromEntries(UNCOMPRESS.map((name) => [name, uncompress])),
  '7z': sevenZip,
  '7za': sevenZip,
  '7zr': sevenZip,
  '7zz': sevenZip,
  unrar: sevenZip,
  rar: sevenZip,
  unzip,
  ditto: (call) => unpacked(call.args.slice(-2, -1), call.args.slice(-1)),
  patch,
  apply_patch: applyPatch,
  applypatch: applyPatch,
  cpio,
  aria2c,
  axel: outputs('on', ['o', 'output']),
  gpg,
  gpg2: gpg,
  age: outputs('oriR', ['o', 'output']),
  pandoc: outputs('oftrw', ['o', 'output']),
  envsubst: outputs('', []),
  iconv: outputs('oft', ['o', 'output']),
  xmllint: outputs('o', ['output']),
  jsonnet: outputs('oJVA', ['o', 'output-file']),
  lzop: outputs('o', ['o']),
  tcpdump: outputs('wrci', ['w']),
  script: (call) => readOptions(call.args, { short: 'cTIOBEmo' }).operands.slice(0, 1).map(writes),
  objcopy: (call) => readOptions(call.args, { short: 'IOBjR' }).operands.slice(1).map(writes),
};
