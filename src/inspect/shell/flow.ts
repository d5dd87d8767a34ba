import { isSecretFile } from '../path/sensitive.ts';
import type { Call, Stream } from './call.ts';
import { UNKNOWN } from './call.ts';
import { decodeBase64 } from '../path/base64.ts';
import { decodeHex, unescape } from './decode.ts';
import { carriedBy } from './sources.ts';
import { programOf } from './written.ts';
import { readOptions } from './options.ts';
import { printsBulk } from './programs/leaving.ts';
import { namesPrinted } from './programs/search.ts';

const FETCHERS = new Set([
  'curl',
  'wget',
  'fetch',
  'aria2c',
  'lynx',
  'w3m',
  'links',
  'http',
  'https',
  'xh',
  'nc',
  'ncat',
  'netcat',
  'socat',
  'ftp',
  'tftp',
  'telnet',
  'dig',
  'nslookup',
  'host',
  'lwp-request',
  'GET',
  'axel',
  'smbclient',
  'scp',
  'ssh',
  'gsutil',
  'rclone',
  'mc',
  'ipfs',
]);
const DECODERS = new Set([
  'base64',
  'base32',
  'basenc',
  'xxd',
  'openssl',
  'uudecode',
  'gunzip',
  'zcat',
  'bunzip2',
  'bzcat',
  'unxz',
  'xzcat',
  'gzip',
  'bzip2',
  'xz',
  'zstd',
  'zstdcat',
  'lz4',
  'lzma',
  'uncompress',
  'gpg',
  'tr',
  'rev',
  'rot13',
  'ascii85',
  'perl',
  'python',
  'ruby',
  'iconv',
  'unzip',
  'hexdump',
  'od',
]);
const PASSES = new Set([
  'cat',
  'tee',
  'head',
  'tail',
  'sort',
  'uniq',
  'grep',
  'egrep',
  'fgrep',
  'rg',
  'pv',
  'less',
  'more',
  'dos2unix',
  'nl',
  'tac',
  'sponge',
  'sudo',
  'doas',
  'env',
  'timeout',
  'nice',
  'stdbuf',
]);
const ENV_PRINTERS = new Set(['env', 'printenv', 'export', 'set', 'history']);
const LONGEST = 65_536;

/** What a call prints, and what of people's data and credentials is in it. */
export function outputOf(call: Call, inner: Stream | undefined): Stream {
  const out = plainOutput(call, inner);
  const passes = PASSES.has(call.bin) || DECODERS.has(call.bin) || PACKERS.has(call.bin);
  const credential =
    (passes && call.stdin.credential === true) ||
    ((call.bin === 'echo' || call.bin === 'printf') && call.args.some((arg) => arg.credential === true));
  const bulk = (passes && call.stdin.bulk === true) || printsBulk(call) || call.args.some((arg) => arg.bulk === true);
  const carries = carriedBy(call);
  return credential || bulk || carries.length > 0
    ? { ...out, ...(credential ? { credential } : {}), ...(bulk ? { bulk } : {}), ...(carries.length > 0 ? { carries } : {}) }
    : out;
}

const PACKERS = new Set(['pigz', 'pbzip2', 'lzip', 'brotli', 'mbuffer', 'buffer', 'split', 'age', 'ccrypt', 'sed', 'awk', 'tr', 'cut', 'jq']);

/** Exactly, for the few programs whose output is a function of their text; by origin for the others. */
function plainOutput(call: Call, inner: Stream | undefined): Stream {
  const secret = call.stdin.secret || call.args.some((arg) => arg.secret === true) || readsSecret(call);
  const { bin, stdin } = call;
  const names = namesPrinted(call);
  if (names !== undefined) return { origin: 'computed', secret, names };
  const text = knownText(call);
  if (text !== undefined) return text.length > LONGEST ? { origin: 'computed', secret } : { origin: 'static', secret, text };
  if (inner !== undefined && inner.origin !== 'none') return { ...inner, secret: inner.secret || secret };
  if (FETCHERS.has(bin)) return { origin: 'remote', secret };
  if (DECODERS.has(bin)) return decoded(call, secret);
  if (PASSES.has(bin)) return passed(call, secret);
  return { origin: stdin.origin === 'remote' || stdin.origin === 'decoded' ? stdin.origin : 'computed', secret };
}

/** What the few programs print whose output is a function of their words. */
function knownText(call: Call): string | undefined {
  switch (call.bin) {
    case 'echo':
      return echoed(call);
    case 'printf':
      return printed(call);
    case 'pwd':
      return '.';
    case 'mktemp':
      return `/tmp/tmp.${UNKNOWN}`;
    case 'which':
      return call.args.at(-1)?.text ?? '';
    case 'command':
      return /^-[vV]$/.test(call.args[0]?.text ?? '') ? call.args.at(-1)?.text : undefined;
    case 'basename':
    case 'dirname':
    case 'realpath':
    case 'readlink':
      return pathPart(call);
    default:
      return undefined;
  }
}

function passed({ bin, args, stdin }: Call, secret: boolean): Stream {
  const files = args.some((arg) => !arg.text.startsWith('-'));
  if (bin === 'tee' || bin === 'sponge' || (bin === 'cat' && !files)) return { ...stdin, secret };
  if (bin === 'cat' && args.every((arg) => arg.text === '/dev/null')) return { origin: 'none', secret };
  const program = bin === 'cat' && args.length === 1 ? programOf(args[0]?.text ?? '') : undefined;
  if (program !== undefined) return { origin: 'file', secret, program };
  if (stdin.origin === 'none') return { origin: bin === 'cat' && files ? 'file' : 'computed', secret };
  const names = stdin.names === undefined ? {} : { names: stdin.names };
  return { origin: stdin.origin === 'static' ? 'computed' : stdin.origin, secret, ...names };
}

const READERS = new Set([
  'cat',
  'head',
  'tail',
  'less',
  'more',
  'base64',
  'base32',
  'xxd',
  'od',
  'hexdump',
  'strings',
  'tac',
  'nl',
  'gzip',
  'tar',
  'zip',
  'openssl',
  'grep',
  'egrep',
  'fgrep',
  'rg',
  'ag',
  'ack',
  'ugrep',
  'sed',
  'awk',
  'sort',
  'cut',
  'dd',
  'jq',
  'bat',
  'rev',
]);

function readsSecret(call: Call): boolean {
  if (ENV_PRINTERS.has(call.bin) && call.args.length === 0) return true;
  return (
    READERS.has(call.bin) &&
    call.args.some((arg) => isSecretFile(arg.text.startsWith('if=') ? arg.text.slice(3) : arg.text) || arg.text === '/etc/passwd')
  );
}

function echoed(call: Call): string {
  let from = 0;
  let escapes = false;
  for (; from < call.args.length; from++) {
    const text = call.args[from]?.text ?? '';
    if (!/^-[neE]+$/.test(text)) break;
    if (text.includes('e')) escapes = true;
  }
  const out = call.args
    .slice(from)
    .map((arg) => arg.text)
    .join(' ');
  return escapes ? unescape(out) : out;
}

/** `%s` and `%b` are filled; any other directive leaves its place unknown. */
function printed(call: Call): string {
  const words = call.args.map((arg) => arg.text);
  if (words[0] === '-v') return UNKNOWN;
  if (words[0] === '--') words.shift();
  const format = unescape(words[0] ?? '');
  let next = 1;
  return format.replace(/%(.)/g, (_whole, letter: string) => {
    if (letter === '%') return '%';
    const value = words[next++] ?? '';
    return letter === 's' || letter === 'd' ? value : letter === 'b' ? unescape(value) : UNKNOWN;
  });
}

function pathPart(call: Call): string {
  const text = call.args.find((arg) => !arg.text.startsWith('-'))?.text ?? UNKNOWN;
  if (text.includes(UNKNOWN)) return UNKNOWN;
  const slash = text.lastIndexOf('/');
  if (call.bin === 'basename') return text.slice(slash + 1);
  if (call.bin === 'dirname') return slash < 0 ? '.' : text.slice(0, slash) || '/';
  return text;
}

function decoded(call: Call, secret: boolean): Stream {
  const { bin, stdin } = call;
  const options = readOptions(call.args, { short: 'w' });
  const text = stdin.text;
  const known = text !== undefined && !text.includes(UNKNOWN);
  const undo =
    options.has('d', 'D', 'decode', 'decompress', 'r') ||
    call.args.some((arg) => arg.text === '-d' || arg.text === 'd') ||
    /^(un|.*cat$|uu|gun|bun)/.test(bin);
  if (!undo && ['base64', 'base32', 'xxd', 'gzip', 'xz', 'bzip2', 'od', 'hexdump', 'zstd', 'openssl', 'gpg'].includes(bin))
    return { origin: 'computed', secret };
  const origin = stdin.origin === 'remote' ? 'remote' : 'decoded';
  if (known && text.length <= LONGEST) {
    if (bin === 'base64' || (bin === 'openssl' && call.args.some((arg) => arg.text.includes('base64') || arg.text === '-a')))
      return { origin, secret, text: decodeBase64(text) };
    if (bin === 'xxd') return { origin, secret, text: decodeHex(text) };
    if (bin === 'rev') return { origin, secret, text: [...text.trimEnd()].reverse().join('') };
  }
  return { origin, secret };
}
