import { UNKNOWN } from '../shell/call.ts';
import { quoteWord } from '../quote-word.ts';
import { decoded } from './decoding.ts';
import type { Machine } from './machine.ts';
import { concatenated, elementsOf, pathOf } from './operators.ts';
import { parentOf } from './methods.ts';
import type { Value } from './value.ts';
import { NOT_KNOWN, asText, either, originsOf, text, unknown } from './value.ts';

type Pure = (given: readonly Value[], machine: Machine) => Value;

const first: Pure = ([one]) => one ?? NOT_KNOWN;
const decodes =
  (encoding: string): Pure =>
  ([one]) =>
    one === undefined ? NOT_KNOWN : one.is === 'either' ? either(one.options.map((option) => decoded(option, encoding))) : decoded(one, encoding);
const hidden: Pure = (given) => unknown([...given.flatMap((one) => originsOf(one)), { kind: 'decoded', name: '' }]);

/** Numbers made into text, character by character. */
const characters = (given: readonly Value[]): Value => {
  const numbers = given.flatMap((one) => (one.is === 'list' ? one.items : [one]));
  const known = numbers.every((one) => one.is === 'number');
  if (!known) return unknown(given.flatMap((one) => originsOf(one)));
  const codes = numbers.map((one) => one.value).filter((code) => code >= 0 && code <= 0x10ffff);
  return text(codes.map((code) => String.fromCodePoint(code)).join(''));
};

const bytes = ([one]: readonly Value[]): Value => {
  if (one?.is === 'list') return asBytes(characters([one]));
  return one?.is === 'text' ? { ...one, bytes: true } : one?.is === 'number' ? NOT_KNOWN : (one ?? text(''));
};
const asBytes = (value: Value): Value => (value.is === 'text' ? { ...value, bytes: true } : value);

const buffer: Pure = (given) => {
  const [one, encoding] = given;
  if (one?.is === 'text' && encoding?.is === 'text' && /^(?:base64(?:url)?|hex)$/i.test(encoding.text)) return decoded(one, encoding.text);
  return bytes(given);
};

const codec: Pure = (given) => {
  const [one, encoding] = given;
  if (one === undefined) return NOT_KNOWN;
  return encoding?.is === 'text' ? (/^utf|^ascii|^latin/i.test(encoding.text) ? one : decoded(one, encoding.text)) : one;
};

const percent: Pure = ([one]) => {
  if (one?.is !== 'text' || one.text.length > 65_536) return one ?? NOT_KNOWN;
  const plain = one.text.replace(/%u([0-9A-Fa-f]{4})|%([0-9A-Fa-f]{2})/g, (_, wide: string | undefined, byte: string | undefined) =>
    String.fromCharCode(Number.parseInt(wide ?? byte ?? '20', 16)),
  );
  return { ...one, text: plain };
};

const number: Pure = ([one, base]) => {
  if (one?.is === 'number') return { is: 'number', value: Math.trunc(one.value) };
  if (one?.is !== 'text') return NOT_KNOWN;
  const value = Number.parseInt(one.text, base?.is === 'number' && base.value >= 2 && base.value <= 36 ? base.value : 10);
  return Number.isFinite(value) ? { is: 'number', value } : NOT_KNOWN;
};

const quoted: Pure = ([one]) => (one?.is === 'text' && !one.text.includes(UNKNOWN) ? text(quoteWord(one.text), one.from) : asText(one ?? NOT_KNOWN));

const list = ([one]: readonly Value[]): Value => {
  if (one === undefined) return { is: 'list', items: [] };
  const { items, open } = elementsOf(one);
  return { is: 'list', items, ...(open ? { open } : {}) };
};

const range: Pure = (given) => {
  const numbers = given.map((one) => (one.is === 'number' ? one.value : Number.NaN));
  const [a = Number.NaN, b, by = 1] = numbers;
  const [from, to] = b === undefined ? [0, a] : [a, b];
  const count = Math.ceil((to - from) / by);
  if (!Number.isFinite(count) || count > 1024) return { is: 'list', items: [NOT_KNOWN], open: true };
  return { is: 'list', items: Array.from({ length: Math.max(0, count) }, (_, i): Value => ({ is: 'number', value: from + i * by })) };
};

const zipped: Pure = (given) => {
  const all = given.map(elementsOf);
  const length = Math.min(...all.map(({ items }) => items.length), 1024);
  if (all.length === 0 || all.some(({ open }) => open)) return NOT_KNOWN;
  return { is: 'list', items: Array.from({ length }, (_, i): Value => ({ is: 'list', items: all.map(({ items }) => items[i] ?? NOT_KNOWN) })) };
};

const ordinal: Pure = ([one]) =>
  one?.is === 'text' && one.text.length > 0 ? { is: 'number', value: one.text.codePointAt(0) ?? 0 } : (one ?? NOT_KNOWN);

const PYTHON: Readonly<Record<string, Pure>> = {
  str: ([one]) => (one === undefined ? text('') : one.is === 'text' ? one : asText(one)),
  repr: ([one]) => asText(one ?? NOT_KNOWN),
  int: number,
  chr: characters,
  ord: ordinal,
  bytes,
  bytearray: bytes,
  memoryview: first,
  list,
  tuple: list,
  set: list,
  iter: first,
  sorted: list,
  reversed: ([one]) => {
    const of = list(one === undefined ? [] : [one]);
    return of.is === 'list' ? { ...of, items: [...of.items].reverse() } : of;
  },
  range,
  zip: zipped,
  enumerate: ([one]) => {
    const { items, open } = elementsOf(one ?? NOT_KNOWN);
    return {
      is: 'list',
      items: items.map((item, i): Value => ({ is: 'list', items: [{ is: 'number', value: i }, item] })),
      ...(open ? { open } : {}),
    };
  },
  'base64.b64decode': decodes('base64'),
  'base64.urlsafe_b64decode': decodes('base64'),
  'base64.standard_b64decode': decodes('base64'),
  'base64.decodebytes': decodes('base64'),
  'base64.b32decode': decodes('base32'),
  'base64.b16decode': decodes('hex'),
  'base64.b85decode': hidden,
  'base64.a85decode': hidden,
  'binascii.unhexlify': decodes('hex'),
  'binascii.a2b_hex': decodes('hex'),
  'binascii.a2b_base64': decodes('base64'),
  'bytes.fromhex': decodes('hex'),
  'bytearray.fromhex': decodes('hex'),
  'codecs.decode': codec,
  'codecs.encode': codec,
  'zlib.decompress': hidden,
  'gzip.decompress': hidden,
  'bz2.decompress': hidden,
  'lzma.decompress': hidden,
  'marshal.loads': hidden,
  'urllib.parse.unquote': percent,
  'urllib.parse.unquote_plus': percent,
  'os.path.join': (given, machine) => pathOf(given, machine),
  'os.path.expanduser': first,
  'os.path.abspath': first,
  'os.path.realpath': first,
  'os.path.normpath': first,
  'os.path.expandvars': ([one]) => (one?.is === 'text' ? text(one.text.replace(/\$\{?HOME\}?/g, '~'), one.from) : (one ?? NOT_KNOWN)),
  'os.fspath': first,
  'os.path.dirname': ([one]) => (one?.is === 'text' ? parentOf(one) : (one ?? NOT_KNOWN)),
  'os.getcwd': () => text('.'),
  'pathlib.Path': (given, machine) => (given.length === 0 ? text('.') : pathOf(given, machine)),
  'pathlib.PurePath': (given, machine) => pathOf(given, machine),
  'pathlib.PosixPath': (given, machine) => pathOf(given, machine),
  'pathlib.Path.home': () => text('~'),
  'pathlib.Path.cwd': () => text('.'),
  'tempfile.mkdtemp': () => text(`/tmp/tmp${UNKNOWN}`),
  'tempfile.gettempdir': () => text('/tmp'),
  'tempfile.mktemp': () => text(`/tmp/tmp${UNKNOWN}`),
  'tempfile.TemporaryDirectory': () => text(`/tmp/tmp${UNKNOWN}`),
  'shlex.quote': quoted,
  'shlex.join': ([one], machine) => spaced(one ?? NOT_KNOWN, machine, true),
  'shlex.split': ([one]) =>
    one?.is === 'text'
      ? {
          is: 'list',
          items: one.text
            .split(/\s+/)
            .filter((word) => word !== '')
            .map((word) => text(word.replace(/^(['"])(.*)\1$/, '$2'))),
        }
      : NOT_KNOWN,
  'environ.get': environment,
  'os.getenv': environment,
  'environ.copy': () => ({ is: 'api', path: 'environ' }),
  'database.text': first,
  'database.sql.text': first,
};

function environment([name, otherwise]: readonly Value[]): Value {
  if (name?.is === 'text' && /^(?:HOME|USERPROFILE)$/.test(name.text)) return text('~');
  if (name?.is === 'text' && /^(?:TMPDIR|TEMP|TMP)$/.test(name.text)) return text('/tmp');
  if (name?.is === 'text' && name.text === 'PWD') return text('.');
  const value = name?.is === 'text' ? unknown([{ kind: 'variable', name: name.text }]) : NOT_KNOWN;
  return otherwise === undefined ? value : either([otherwise, value]);
}

/** Words put one behind the other as a command line. */
export function spaced(value: Value, machine: Machine, quote = false): Value {
  return elementsOf(value).items.reduce<Value>((line, word, i) => {
    const shown = quote ? quoted([word], machine) : asText(word);
    return concatenated(i === 0 ? line : concatenated(line, text(' '), machine), shown, machine);
  }, text(''));
}

const JAVASCRIPT: Readonly<Record<string, Pure>> = {
  atob: decodes('base64'),
  unescape: percent,
  decodeURIComponent: percent,
  decodeURI: percent,
  String: ([one]) => (one === undefined ? text('') : asText(one)),
  'String.raw': first,
  Number: number,
  parseInt: number,
  'String.fromCharCode': characters,
  'String.fromCodePoint': characters,
  'Buffer.from': buffer,
  'Buffer.concat': ([one], machine) => spaced(one ?? NOT_KNOWN, machine),
  Uint8Array: bytes,
  'Uint8Array.from': bytes,
  'Array.from': list,
  'path.join': (given, machine) => joinedPath(given, machine),
  'path.resolve': (given, machine) => pathOf(given, machine),
  'path.normalize': first,
  'path.dirname': ([one]) => (one?.is === 'text' ? parentOf(one) : (one ?? NOT_KNOWN)),
  'os.homedir': () => text('~'),
  'os.tmpdir': () => text('/tmp'),
  'process.cwd': () => text('.'),
  'Deno.cwd': () => text('.'),
  'url.fileURLToPath': first,
  'util.promisify': first,
  'util.format': (given) => given[0] ?? NOT_KNOWN,
  'Promise.resolve': first,
  URL: first,
  'fs.mkdtempSync': ([one], machine) => concatenated(one ?? NOT_KNOWN, text(UNKNOWN), machine),
  'zlib.gunzipSync': hidden,
  'zlib.inflateSync': hidden,
  'zlib.brotliDecompressSync': hidden,
};

/** `path.join('/a', '/b')` is `/a/b`. */
function joinedPath(given: readonly Value[], machine: Machine): Value {
  return pathOf(
    given.map((one, i) => (i > 0 && one.is === 'text' ? { ...one, text: one.text.replace(/^\/+/, '') } : one)),
    machine,
  );
}

/** What a known function without effects gives. Undefined for any other. */
export function pureCall(path: string, given: readonly Value[], machine: Machine): Value | undefined {
  const table = machine.language === 'python' ? PYTHON : JAVASCRIPT;
  return Object.hasOwn(table, path) ? table[path]?.(given, machine) : undefined;
}

const ATTRIBUTES: Readonly<Record<string, Value>> = {
  'sys.executable': text('python3'),
  'process.execPath': text('node'),
  'os.sep': text('/'),
  'os.name': text('posix'),
  'path.sep': text('/'),
  'os.path.sep': text('/'),
  'os.curdir': text('.'),
  'environ.HOME': text('~'),
  'environ.USERPROFILE': text('~'),
  'environ.PWD': text('.'),
  'environ.TMPDIR': text('/tmp'),
  'string.ascii_lowercase': text('abcdefghijklmnopqrstuvwxyz'),
  'string.ascii_letters': text('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'),
  'string.digits': text('0123456789'),
  __file__: text(`./${UNKNOWN}`),
  __dirname: text('.'),
  __filename: text(`./${UNKNOWN}`),
};

/** Attributes of modules whose value is the same on every machine, or as good as. */
export function attributeOf(path: string): Value | undefined {
  return Object.hasOwn(ATTRIBUTES, path) ? ATTRIBUTES[path] : undefined;
}
