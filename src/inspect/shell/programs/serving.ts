import { isSecretFile } from '../../path/sensitive.ts';
import type { Arg, Call, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm, literal } from '../call.ts';
import { readOptions } from '../options.ts';
import type { OptionSpec } from '../options.ts';
import { seenFrom } from '../standing.ts';
import { extentOf } from './places.ts';

const OPENS = harm('SHELL_UPLOAD', 'HIGH', { detector: 'exfiltration', category: 'network', operation: 'send' });

/** A web server that is given a whole machine, a home or a folder of credentials shows it to whoever asks. */
function serves(folder: Arg | undefined, call: Call): Seen[] {
  const given = folder?.text ?? '';
  const place = given === '' || given === '.' ? call.at : seenFrom(call.at, given);
  const bare = place.replace(/(.)\/+$/, '$1');
  if (place === '') return [];
  if (isSecretFile(bare)) return [OPENS];
  if (!/^[/~]/.test(bare)) return [];
  const extent = extentOf(bare);
  return extent === 'all' || extent === 'system' || extent === 'home' ? [{ ...OPENS, target: bare }] : [];
}

interface Server {
  readonly spec?: OptionSpec;
  /** Options that name the folder. */
  readonly options?: readonly string[];
  /** Which operand is the folder, where none of the options is given. */
  readonly operand?: number;
  /** Words that must stand in front for the program to serve at all. */
  readonly verb?: RegExp;
}

const server =
  ({ spec = {}, options = [], operand, verb }: Server): ProgramReader =>
  (call) => {
    const read = readOptions(call.args, spec);
    if (verb !== undefined && !call.args.some(({ text }) => verb.test(text))) return [];
    return serves(read.value(...options) ?? (operand === undefined ? undefined : read.operands[operand]), call);
  };

const http: ProgramReader = server({ spec: { short: 'dbp', long: ['directory', 'bind', 'protocol'] }, options: ['d', 'directory'] });
const python: ProgramReader = (call) => {
  const at = call.args.findIndex(({ text }) => text === '-m');
  return /^(?:http\.server|SimpleHTTPServer|pyftpdlib|uploadserver)$/.test(call.args[at + 1]?.text ?? '') && at >= 0
    ? http({ ...call, args: call.args.slice(at + 2) })
    : [];
};
const node = server({ spec: { short: 'paPolcC', long: ['listen', 'port', 'config'] }, operand: 0 });

const ruby: ProgramReader = (call) => {
  const at = call.args.findIndex(({ text }) => /^-?e?httpd$/.test(text));
  return at < 0
    ? []
    : serves(
        call.args.slice(at + 1).find(({ text }) => /^[/~.]/.test(text)),
        call,
      );
};

/** Programs that show a folder to the network, by the folder. */
export const SERVING: ProgramTable = {
  kubectl: (call) => proxied(call),
  oc: (call) => proxied(call),
  python,
  python3: python,
  python2: python,
  php: server({ spec: { short: 'Std', long: ['server', 'docroot'] }, options: ['t', 'docroot'], verb: /^-S|^--server/ }),
  ruby,
  busybox: (call) => (call.args[0]?.text === 'httpd' ? httpd({ ...call, args: call.args.slice(1) }) : []),
  'http-server': node,
  serve: node,
  'live-server': node,
  sirv: node,
  httpd: (call) => httpd(call),
  darkhttpd: node,
  miniserve: server({ spec: { short: 'pia' }, operand: 0 }),
  dufs: server({ spec: { short: 'pba' }, operand: 0 }),
  simple_http: node,
  twistd: server({ spec: { long: ['path', 'listen', 'port'] }, options: ['path'] }),
  caddy: server({ spec: { short: 'rl', long: ['root', 'listen'] }, options: ['r', 'root'], verb: /^file-server$/ }),
  webfsd: server({ spec: { short: 'rp' }, options: ['r'] }),
  'smbserver.py': server({ operand: 1 }),
  'impacket-smbserver': server({ operand: 1 }),
  filebrowser: server({ spec: { short: 'rap', long: ['root'] }, options: ['r', 'root'] }),
  gohttpserver: server({ spec: { short: 'r', long: ['root'] }, options: ['r', 'root'] }),
};

const httpd = server({ spec: { short: 'phucrme' }, options: ['h'] });

/** `kubectl proxy --www=/`: the folder is shown at a path of its own. */
const proxied: ProgramReader = (call) =>
  call.args[0]?.text !== 'proxy' ? [] : serves(readOptions(call.args, { short: 'w', long: ['www'] }).value('w', 'www') ?? literal(''), call);
