import { isSecretFile } from '../../path/sensitive.ts';
import type { Arg, Call, ProgramReader, ProgramTable, Seen, Stream } from '../call.ts';
import { harm } from '../call.ts';
import { readOptions } from '../options.ts';

const EXFIL = { detector: 'exfiltration', category: 'network', operation: 'send' } as const;

/** Names of files that are data of people or of a service rather than work: dumps, databases, backups, key stores. */
const DATA =
  /(?:\.(?:sql|dump|dmp|sqlite3?|db|db3|mdb|mdf|ldf|bak|backup|rdb|bson|pst|kdbx|pem|key|p12|pfx|jks|keystore|wallet|ovpn)(?:\.(?:gz|xz|zst|bz2|zip))?|(?:^|\/)(?:secrets?|credentials?|passwords?|customers?|users|accounts|employees|payroll|patients|contacts|clients|wallet|private[_-]?key)[\w.-]*\.(?:txt|csv|json|ya?ml|xlsx?|tsv|xml|parquet|md))$/i;
/** A whole folder of work, a home or a system. */
const WIDE =
  /^(?:\.{1,2}|\.{1,2}\/|\/|~|~\/|\*|\.\/\*|~\/\*|\/(?:etc|home|root|var|srv|opt|data|mnt|Users)(?:\/.*)?|\/(?:home|Users)\/[^/]+\/?|~\/(?:Documents|Desktop|Downloads|Pictures)(?:\/.*)?)$/;

/** Whether sending this file or folder away sends what people keep. */
export const isData = (path: string): boolean => DATA.test(path) || isSecretFile(path);
const carries = (path: string, folders: boolean): boolean =>
  isData(path) || (folders && WIDE.test(path) && !/\/(?:home|Users)\/[^/]+\/.+/.test(path));

/** What leaves when this path is sent. */
export function sent(path: Arg, { folders = true, always = false }: { readonly folders?: boolean; readonly always?: boolean } = {}): Seen[] {
  if (isSecretFile(path.text)) return [harm('SHELL_SECRET_EXFILTRATION', 'CRITICAL', { ...EXFIL, target: path.text })];
  return always || carries(path.text, folders) ? [harm('SHELL_UPLOAD', 'HIGH', { ...EXFIL, target: path.text })] : [];
}

/** Programs whose output is a copy of what people keep. */
export function printsBulk({ bin, args }: Call): boolean {
  const words = args.map(({ text }) => text);
  switch (bin) {
    case 'tar':
    case 'bsdtar':
    case 'gtar': {
      const create = /^-?[a-zA-Z]*c/.test(words[0] ?? '') || words.includes('--create') || words.includes('-c');
      const at = words.findIndex((word) => /^-?[a-zA-Z]*f$/.test(word) || word === '--file');
      return create && (at < 0 || words[at + 1] === '-');
    }
    case 'zip':
    case '7z':
      return words.includes('-') || words.includes('-so');
    case 'mongodump':
      return words.some((word) => word.startsWith('--archive'));
    case 'sqlite3':
      return words.some((word) => /^\.dump/.test(word));
    case 'docker':
    case 'podman':
      return words[0] === 'export' || (words[0] === 'save' && !words.includes('-o'));
    case 'git':
      return words[0] === 'bundle' && words.includes('-');
    case 'cpio':
      return words.some((word) => /^-[a-z]*o/.test(word));
    default:
      if (DUMPS.has(bin)) return !words.some((word) => /^(-f|--file|-r|--result-file)/.test(word));
      return SHOWS.has(bin) && words.some((word) => isData(word));
  }
}

const DUMPS = new Set(['pg_dump', 'pg_dumpall', 'mysqldump', 'mariadb-dump']);
const SHOWS = new Set(
  'cat base64 base32 gzip pigz bzip2 xz zstd lz4 openssl gpg xxd od hexdump dd strings head tail less jq rev tac cut sort'.split(' '),
);

/** A stream of that kind that goes to another machine. */
export function streamed(stdin: Stream, always = false): Seen[] {
  const risk = stdin.bulk === true || (always && stdin.origin === 'file');
  return risk ? [harm('SHELL_UPLOAD', 'HIGH', EXFIL)] : [];
}

const REMOTE = /^(?:s3|gs|az|b2|oss|cos|swift|wasbs?|abfss?):\/\/|^https?:\/\/|^[A-Za-z][\w.-]+:(?!\\)/;

/** `tool copy SOURCE… REMOTE:…`: clients of object stores. */
function copies(verbs: readonly string[], short = ''): ProgramReader {
  return (call) => {
    const words = readOptions(call.args, {
      short,
      long: ['profile', 'region', 'acl', 'exclude', 'include', 'endpoint-url', 'config', 'storage-class'],
    }).operands;
    const verb = words.findIndex(({ text }) => verbs.includes(text));
    if (verb < 0) return [];
    const paths = words.slice(verb + 1);
    const to = paths.at(-1);
    if (to === undefined || !REMOTE.test(to.text)) return [];
    const from = paths.slice(0, -1).filter(({ text }) => !REMOTE.test(text));
    return [...from.flatMap((path) => sent(path)), ...(from.some(({ text }) => text === '-') ? streamed(call.stdin) : [])];
  };
}

/** `tool put FILE …`: every path among the words is sent. */
function puts(verbs: readonly string[], spec = {}): ProgramReader {
  return (call) => {
    const { operands } = readOptions(call.args, spec);
    const verb = operands.findIndex(({ text }) => verbs.includes(text));
    return verb < 0 ? [] : operands.slice(verb + 1).flatMap((path) => sent(path));
  };
}

/** Files named by options: `-a FILE`, `--file FILE`. */
function attaches(short: string, names: readonly string[]): ProgramReader {
  return (call) => [
    ...readOptions(call.args, { short, long: [...names] })
      .values(...names)
      .flatMap((path) => sent(path)),
    ...streamed(call.stdin),
  ];
}

/** Transfer programs told on standard input or by an option what to do: `put FILE`. */
const ftp: ProgramReader = (call) => {
  const given = readOptions(call.args, { short: 'ecuDP', long: ['command'] });
  const texts = [...given.values('e', 'c', 'command').map(({ text }) => text), call.stdin.text ?? ''];
  const put = texts
    .flatMap((text) => text.split(/[\n;]/))
    .flatMap((line) => /^\s*m?(?:put|send|mirror\s+-R|append)\s+(.+)$/.exec(line)?.[1]?.split(/\s+/) ?? []);
  const upload = given.has('u') ? given.operands : [];
  const away = [...put.map((text) => ({ text, glob: false })), ...upload]
    .flatMap((path) => sent(path, { always: given.has('u') || !/^[\w.-]+\.(?:html?|css|js)$/.test(path.text) }))
    .slice(0, 1);
  const removes = texts.flatMap((text) => text.split(/[\n;]/)).some((line) => REMOVES_FAR.test(line));
  return removes ? [...away, harm('SHELL_DELETE', 'HIGH', { operation: 'delete', category: 'network' })] : away;
};

/** Commands of a transfer program that delete more than one file over there. */
const REMOVES_FAR = /^\s{0,8}(?:m(?:del(?:ete)?|rm)\s|deltree\s|rmdir\s|(?:rm|del(?:ete)?)\s{1,4}(?:-r|[^\n]{0,200}\*))/;

export const LEAVING: ProgramTable = {
  aws: copies(['cp', 'mv', 'sync']),
  gsutil: copies(['cp', 'mv', 'rsync']),
  gcloud: copies(['cp', 'mv', 'rsync']),
  rclone: copies(['copy', 'copyto', 'sync', 'move', 'moveto', 'rcat']),
  s3cmd: copies(['put', 'sync']),
  s5cmd: copies(['cp', 'mv', 'sync']),
  mc: copies(['cp', 'mirror', 'mv', 'pipe']),
  az: (call) =>
    call.args.some(({ text }) => text === 'upload' || text === 'upload-batch')
      ? readOptions(call.args, { short: 'fs', long: ['file', 'source'] })
          .values('f', 'file', 's', 'source')
          .flatMap((path) => sent(path, { always: true }))
      : [],
  b2: puts(['upload-file', 'sync', 'file']),
  swift: puts(['upload']),
  azcopy: puts(['copy', 'sync']),
  gh: puts(['create', 'upload'], { short: 'dft', long: ['desc', 'filename', 'title', 'notes'] }),
  lftp: ftp,
  ftp,
  ncftpput: ftp,
  tftp: ftp,
  sftp: ftp,
  smbclient: ftp,
  mail: attaches('aAscbrS', ['a', 'A']),
  mailx: attaches('aAscbrS', ['a', 'A']),
  mutt: attaches('asciebFH', ['a']),
  swaks: attaches('', ['attach', 'body']),
  sendmail: attaches('', []),
  telnet: (call) => streamed(call.stdin, true),
};
