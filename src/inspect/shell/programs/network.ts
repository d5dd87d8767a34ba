import type { Arg, Call, Harm, ProgramReader, ProgramTable, Seen, Stream } from '../call.ts';
import { harm } from '../call.ts';
import { isSecretFile } from '../../path/sensitive.ts';
import { hostShape } from '../../shape.ts';
import { readOptions } from '../options.ts';
import type { Options } from '../options.ts';
import { joined } from '../words.ts';
import { isRemote, underFolder } from './files.ts';
import { LEAVING, sent, streamed } from './leaving.ts';
import { RELAYS } from './relays.ts';

const EXFIL = { detector: 'exfiltration', category: 'network', operation: 'send' } as const;

const CURL = {
  short: 'AbcCdDeEFHKmoPQrtTuUwxXyYz',
  long: [
    'request',
    'data',
    'data-binary',
    'data-raw',
    'data-ascii',
    'data-urlencode',
    'json',
    'form',
    'form-string',
    'header',
    'output',
    'upload-file',
    'user',
    'user-agent',
    'cookie',
    'cookie-jar',
    'referer',
    'proxy',
    'config',
    'connect-timeout',
    'max-time',
    'cert',
    'key',
    'cacert',
    'resolve',
    'url',
    'retry',
    'write-out',
    'output-dir',
    'interface',
    'netrc-file',
    'range',
    'limit-rate',
    'socks5',
    'unix-socket',
    'dump-header',
    'trace',
    'stderr',
    'capath',
    'retry-delay',
    'oauth2-bearer',
    'variable',
    'preproxy',
    'doh-url',
    'aws-sigv4',
    'time-cond',
    'quote',
    'proxy-user',
    'ciphers',
    'cert-type',
    'key-type',
    'pass',
    'max-redirs',
    'speed-limit',
    'speed-time',
    'ftp-port',
    'local-port',
    'mail-from',
    'mail-rcpt',
    'telnet-option',
    'socks5-hostname',
    'noproxy',
    'etag-save',
    'etag-compare',
    'dns-servers',
    'continue-at',
    'create-file-mode',
    'rate',
    'parallel-max',
    'url-query',
    'expand-url',
    'alt-svc',
    'hsts',
    'libcurl',
    'trace-ascii',
    'tls-max',
    'pinnedpubkey',
  ],
};

const curl: ProgramReader = (call) => {
  const options = readOptions(call.args, CURL);
  const seen: Seen[] = [...options.operands, ...options.values('url', 'x', 'proxy', 'preproxy')].map((arg) => ({ see: 'url', url: arg.text }));
  const folder = options.value('output-dir')?.text;
  const into = (path: Arg): Arg => (folder === undefined ? path : { ...path, text: `${folder}/${path.text}` });
  for (const path of options.values('o', 'output')) seen.push({ see: 'path', path: into(path), access: 'write' });
  for (const path of options.values('D', 'dump-header', 'c', 'cookie-jar', 'trace', 'trace-ascii', 'stderr', 'libcurl', 'etag-save', 'hsts'))
    if (path.text !== '-') seen.push({ see: 'path', path, access: 'write' });
  if (options.has('O', 'remote-name', 'remote-name-all', 'J'))
    for (const url of [...options.operands, ...options.values('url')]) seen.push({ see: 'path', path: into(fileOf(url)), access: 'write' });
  if (!isNear([...options.operands, ...options.values('url')])) seen.push(...uploads(options, call.stdin));
  const method = (options.value('X', 'request')?.text ?? '').toUpperCase();
  const target = options.operands.map((arg) => arg.text).join(' ');
  seen.push(...requestHarm(method, target).map((one) => (isOwnItem(options.operands) ? { ...one, risk: 'MEDIUM' as const } : one)));
  if (options.values('unix-socket').some(({ text }) => /(?:docker|containerd|podman|crio)\.sock$/.test(text)))
    seen.push(
      harm('CONTAINER_ESCAPE', /^(?:POST|PUT|DELETE)$/.test(method) || options.has('d', 'data', 'json') ? 'HIGH' : 'MEDIUM', { operation: 'admin' }),
    );
  const config = options.value('K', 'config');
  if (config !== undefined && config.text !== '-') seen.push({ see: 'path', path: config, access: 'read' });
  return seen;
};

/** The name a downloaded file gets from its URL. */
function fileOf(url: Arg): Arg {
  const path = url.text.replace(/[?#].*$/, '').replace(/^[a-z]+:\/\//i, '');
  const slash = path.lastIndexOf('/');
  const name = slash < 0 ? '' : path.slice(slash + 1);
  return { ...url, text: name === '' ? 'index.html' : name };
}

const LOOPBACK = /^(?:[a-z]+:\/\/)?(?:[^@/]*@)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|host\.docker\.internal)(?:[:/]|$)/i;

/** Every URL is of this machine. */
export const isNear = (urls: readonly Arg[]): boolean => urls.length > 0 && urls.every(({ text }) => LOOPBACK.test(text));

/** What a file's content leaves with: `-d @file`, `-F x=@file`, `-T file`, `-H @file`. */
function uploads(options: Options, stdin: Stream): Seen[] {
  const seen: Seen[] = [];
  const files: Arg[] = [...options.values('T', 'upload-file')];
  for (const arg of options.values('d', 'data', 'data-binary', 'data-ascii', 'json', 'H', 'header'))
    if (arg.text.startsWith('@')) files.push({ ...arg, text: arg.text.slice(1) });
  for (const arg of options.values('F', 'form', 'data-urlencode', 'variable')) {
    const mark = /[=]?[@<]/.exec(arg.text);
    if (mark !== null) files.push({ ...arg, text: arg.text.slice(mark.index + mark[0].length).split(';')[0] ?? '' });
  }
  for (const path of files) {
    if (path.text === '-' || path.text === '.') {
      seen.push(...streamed(stdin));
      continue;
    }
    const away = sent(path);
    if (away.length > 0) seen.push(...away);
    else if (/^\/etc\/|^~\/?$|^\/(home|root)\/?[^/]*$/.test(path.text)) seen.push(harm('SHELL_UPLOAD', 'HIGH', { ...EXFIL, target: path.text }));
    seen.push({ see: 'path', path, access: 'read' });
  }
  return seen;
}

/** One item, by its number or id, of a service one develops on this machine; the ports of databases and brokers are no such service's. */
const isOwnItem = (urls: readonly Arg[]): boolean =>
  isNear(urls) &&
  urls.every(
    ({ text }) =>
      /\/(?:\d+|[0-9a-f-]{8,}|:?\w*id)\/?(?:\?.*)?$/i.test(text) && !/:(?:9200|9300|5984|6333|8086|8500|2379|15672|8983|7474|4646|8200)\//.test(text),
  );

/** HTTP requests that destroy: DELETE, and POST or PUT to resources whose name says so. */
function requestHarm(method: string, target: string): Harm[] {
  const delist = { operation: 'delete', category: 'network' } as const;
  if (method === 'DELETE' || method === 'PURGE') return [harm('HTTP_DELETE', 'HIGH', delist)];
  if (
    /(_delete_by_query|_close\b|_restore\b|delete[-_]?batch|doDelete|delete_series|\/(delete|destroy|purge|wipe|drop|truncate|clear|undeploy|deactivate|shutdown|reset|agent\/leave)(?:[-_]all)?(\/|\?|$|\s)|_shutdown|_forcemerge|_cluster\/(settings|reroute))/i.test(
      target,
    ) &&
    /^(POST|PUT|PATCH)$/.test(method)
  )
    return [harm('HTTP_DELETE', 'HIGH', delist)];
  return [];
}

const httpie: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'aAos', long: ['auth', 'output', 'session'] });
  const [first, ...rest] = options.operands.map((arg) => arg.text);
  const method = /^[A-Z]+$/.test(first ?? '') ? (first ?? '') : '';
  const seen: Seen[] = requestHarm(method, rest.join(' '));
  for (const arg of options.operands) {
    const mark = /^[^@=:]+@(.+)$/.exec(arg.text);
    if (mark?.[1] !== undefined && isSecretFile(mark[1])) seen.push(harm('SHELL_SECRET_EXFILTRATION', 'CRITICAL', EXFIL));
  }
  const url = method === '' ? first : rest[0];
  if (url !== undefined && /^(?:https?:|\[|[\w-]{1,63}[.:])/.test(url)) seen.push({ see: 'url', url });
  return seen;
};

const wget: ProgramReader = (call) => {
  const options = readOptions(call.args, {
    short: 'OPoaiUTtQeRBwlADIX',
    long: [
      'output-document',
      'directory-prefix',
      'post-data',
      'post-file',
      'body-file',
      'body-data',
      'header',
      'user',
      'password',
      'input-file',
      'method',
      'use-askpass',
      'execute',
      'user-agent',
      'tries',
      'timeout',
      'limit-rate',
      'load-cookies',
      'save-cookies',
    ],
  });
  const seen: Seen[] = options.operands.map((arg) => ({ see: 'url', url: arg.text }));
  const out = options.value('O', 'output-document');
  const folder = options.value('P', 'directory-prefix');
  if (out !== undefined) {
    if (out.text !== '-') seen.push({ see: 'path', path: out, access: 'write' });
  } else if (!options.has('spider'))
    for (const url of options.operands) {
      const name = fileOf(url);
      seen.push({ see: 'path', path: folder === undefined ? name : { ...name, text: `${folder.text}/${name.text}` }, access: 'write' });
    }
  for (const path of options.values('o', 'output-file', 'a', 'append-output', 'save-cookies'))
    if (path.text !== '-' && path.text !== '/dev/null') seen.push({ see: 'path', path, access: 'write' });
  if (!isNear(options.operands)) for (const path of options.values('post-file', 'body-file')) seen.push(...sent(path, { always: true }));
  const helper = options.value('use-askpass');
  if (helper !== undefined) seen.push({ see: 'argv', argv: [helper] });
  return [...seen, ...requestHarm((options.value('method')?.text ?? '').toUpperCase(), options.operands.map((arg) => arg.text).join(' '))];
};

const nc: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'ecpswqiXxgGTVIO', long: ['exec', 'sh-exec', 'lua-exec', 'source-port', 'wait'] });
  const program = options.value('e', 'exec', 'c', 'sh-exec', 'lua-exec');
  if (program !== undefined && !(options.has('c') && program.text === ''))
    return [harm('SHELL_REVERSE_SHELL', 'CRITICAL', { category: 'network' }), { see: 'script', text: program.text }];
  const reached = toHost(options);
  if (reached.length > 0 && !options.has('l')) return [...reached, ...netcat(call, options)];
  return netcat(call, options);
};

/** Where a bare connection goes; a machine of one's own network is looked at every day. */
function toHost({ operands }: Options): Seen[] {
  const [host, port] = operands.map(({ text }) => text);
  if (host === undefined || !/^[\w.-]+$/.test(host) || !/[.]/.test(host) || !/^\d{1,5}$/.test(port ?? '')) return [];
  return /^(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(host) ? [] : [{ see: 'url', url: `http://${host}:${port ?? ''}/` }];
}

function netcat(call: Call, options: Options): Seen[] {
  if (/^\s*flush_all\b/.test(call.stdin.text ?? '') || /^\s*(?:FLUSHALL|FLUSHDB|SHUTDOWN)\b/i.test(call.stdin.text ?? ''))
    return [harm('DATABASE_DESTROY', 'HIGH', { operation: 'delete', category: 'database' })];
  if (call.stdin.origin === 'file' || call.stdin.origin === 'computed') {
    if (options.has('l') || isNear(options.operands.slice(0, 1))) return [];
    const bulk = streamed(call.stdin, true);
    return bulk.length > 0 && !call.stdin.secret ? bulk : [harm('SHELL_UPLOAD', call.stdin.secret ? 'CRITICAL' : 'MEDIUM', EXFIL)];
  }
  return [];
}

const SSH = { short: 'bBcDeEFiIJlLmopQRSwWOP', stop: true };

const ssh: ProgramReader = (call) => {
  const options = readOptions(call.args, SSH);
  const seen: Seen[] = sshOptions(options);
  const words = options.operands.slice(options.operands[1]?.text === '--' ? 2 : 1);
  if (words.length > 0) seen.push({ see: 'script', text: joined(words), stdin: call.stdin }, ...streamed(call.stdin));
  else if (call.stdin.text !== undefined) seen.push({ see: 'script', text: call.stdin.text });
  if (options.has('R')) seen.push(harm('SHELL_TUNNEL', 'MEDIUM', { category: 'network' }));
  // A forward that is bound to every address opens this machine's way to everybody.
  if (options.values('L', 'D').some(({ text }) => /^(?:0\.0\.0\.0|\*|\[?::\]?):/.test(text)))
    seen.push(harm('SHELL_TUNNEL', 'HIGH', { category: 'network' }));
  return seen;
};

/** ssh_config(5) options that run a local command. */
function sshOptions(options: Options): Seen[] {
  const seen: Seen[] = [];
  for (const option of options.values('o')) {
    const match = /^\s*(ProxyCommand|LocalCommand|KnownHostsCommand|PKCS11Provider|SecurityKeyProvider)\s*[= ]\s*(.*)$/i.exec(option.text);
    if (match?.[2] !== undefined && match[2].toLowerCase() !== 'none') {
      if (!/^\s*ssh\s+(-\S+\s+)*-W\s/.test(match[2])) seen.push(harm('SHELL_HATCH', 'HIGH'));
      seen.push({ see: 'script', text: match[2] });
    }
  }
  return seen;
}

const scp: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'cFiJloPSDX' });
  const seen: Seen[] = sshOptions(options);
  const program = options.value('S');
  if (program !== undefined) seen.push(harm('SHELL_HATCH', 'HIGH'), { see: 'argv', argv: [program] });
  const from = options.operands.slice(0, -1);
  const to = options.operands.at(-1);
  if (to === undefined) return seen;
  for (const path of from) {
    if (isRemote(path.text)) continue;
    seen.push({ see: 'path', path, access: 'read' });
    if (isRemote(to.text)) seen.push(...sent(path));
  }
  const place = isRemote(to.text) ? to.text.slice(to.text.indexOf(':') + 1) : to.text;
  if (/^\/($|(etc|usr|s?bin|lib(64|32)?|boot|var\/lib|root\/\.)(\/|$))/.test(place))
    seen.push(harm('SHELL_SYSTEM_COPY', 'HIGH', { operation: 'write', category: 'file', target: to.text }));
  else if (!isRemote(to.text)) for (const path of from) seen.push({ see: 'path', path: underFolder(path, to), access: 'write', from: [path] });
  return seen;
};

const dig: ProgramReader = (call) =>
  call.args.some((arg) => arg.text.toLowerCase() === 'axfr') ? [harm('DNS_ZONE_TRANSFER', 'HIGH', { category: 'network', operation: 'read' })] : [];

/** A question for a name that a command's output was put in front of: whoever keeps the domain reads the answer to it. */
const asksAway: ProgramReader = (call) => [
  ...dig(call),
  ...(call.args.some(({ text, printed }) => printed === true && /\u0000\.(?:[\w-]+\.)+[a-z]{2,}\.?$/i.test(text))
    ? [harm('SHELL_UPLOAD', 'HIGH', { detector: 'exfiltration', category: 'network', operation: 'send' })]
    : []),
];

const nsupdate: ProgramReader = (call: Call) =>
  call.args.some((arg) => arg.text === '-l') || /\bdelete\b/.test(call.stdin.text ?? '')
    ? [harm('SERVICE_DESTROY', 'HIGH', { category: 'network', operation: 'delete' })]
    : [];

const mkfifo: ProgramReader = () => [];

const sshAdd: ProgramReader = (call) =>
  call.args.some((arg) => /^-[dD]$/.test(arg.text)) ? [harm('SHELL_KEY_REMOVE', 'HIGH', { operation: 'delete' })] : [];

const sshKeygen: ProgramReader = (call) => {
  const options = readOptions(call.args, { short: 'fbtCNPRDIFOVZanswYmz' });
  const library = options.value('D');
  if (library !== undefined) return [harm('SHELL_HATCH', 'HIGH', { target: library.text })];
  if (options.has('R')) return [harm('SHELL_KEY_REMOVE', 'MEDIUM', { operation: 'delete' })];
  if (options.has('l', 'y', 'e', 'i', 'B', 'L', 'F', 'H', 'p', 'c', 'r', 'Q')) return [];
  // A new key lies beside one's others; under any other name it takes the place of what is there.
  return options
    .values('f')
    .filter(({ text }) => !/(?:^|\/)(?:id_\w+|[\w.-]*(?:key|rsa|ed25519|ecdsa|deploy|host)[\w.-]*)$/i.test(text) || /authorized_keys/.test(text))
    .map((path): Seen => ({ see: 'path', path, access: 'write' }));
};

/** Browsers of the terminal and load testers: whatever looks like an address is fetched. */
const fetcher: ProgramReader = (call) =>
  call.args.filter((arg) => hostShape(arg.text) || /^https?:/i.test(arg.text)).map((arg): Seen => ({ see: 'url', url: arg.text }));

export const NETWORK: ProgramTable = {
  ...RELAYS,
  lynx: fetcher,
  w3m: fetcher,
  links: fetcher,
  elinks: fetcher,
  axel: fetcher,
  ab: fetcher,
  wrk: fetcher,
  hey: fetcher,
  hurl: fetcher,
  grpcurl: fetcher,
  curl,
  http: httpie,
  https: httpie,
  xh: httpie,
  wget,
  nc,
  telnet: (call) => toHost(readOptions(call.args, { short: 'belnXS' })),
  ncat: nc,
  netcat: nc,
  'nc.traditional': nc,
  'nc.openbsd': nc,
  ssh,
  autossh: ssh,
  sshpass: (call) => [{ see: 'argv', argv: readOptions(call.args, { short: 'pfdP', stop: true }).operands }],
  scp,
  sftp: (call) => [...scp(call), ...(LEAVING['sftp']?.(call) ?? [])],
  dig: asksAway,
  nslookup: asksAway,
  host: asksAway,
  nsupdate,
  mkfifo,
  'ssh-add': sshAdd,
  'ssh-keygen': sshKeygen,
  'ssh-copy-id': () => [],
};
