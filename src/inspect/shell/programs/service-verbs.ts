import { isSecretFile } from '../../path/sensitive.ts';
import type { Arg, Call, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { isDryRun, isHelp } from '../options.ts';
import { BACKUP } from './backup.ts';
import { CLOUD } from './cloud.ts';
import { CLUSTER } from './cluster.ts';
import { HOSTED } from './hosted.ts';
import { LOCAL } from './local.ts';
import type { ServiceTable } from './service-table.ts';
import { readClient } from './unknown-client.ts';
import { STATEFUL } from './stateful.ts';

const SERVICES: ServiceTable = { ...CLOUD, ...CLUSTER, ...HOSTED, ...STATEFUL, ...BACKUP, ...LOCAL };

export const GENERAL: ReadonlySet<string> = new Set([
  'delete',
  'destroy',
  'remove',
  'rm',
  'del',
  'purge',
  'erase',
  'wipe',
  'drop',
  'terminate',
  'revoke',
  'nuke',
  'teardown',
  'undeploy',
  'unregister',
  'deregister',
  'uninstall',
  'rdelete',
  'truncate',
  'flush',
  'expunge',
  'decommission',
  'deprovision',
  'obliterate',
]);

/** How many bare words may precede or be the verb. */
const REACH = 5;

/** Programs without a reader of their own: clients of services by their verbs, all others by the files they are given. */
export function readService(call: Call): readonly Seen[] {
  const spec = Object.hasOwn(SERVICES, call.bin) ? SERVICES[call.bin] : undefined;
  if (spec === undefined) return [...secretsAmong(call.args), ...readClient(call)];
  if (isHelp(call.args) || call.args.at(-1)?.text === '-h' || isDryRun(call.args)) return [];
  const words = bareWords(call.args);
  const seen: Seen[] = [...secretsAmong(call.args)];
  const flag = call.args.find(
    (arg, index) => spec.flags?.includes(optionName(arg.text)) === true || isDeleteMethod(arg.text, call.args[index + 1]?.text),
  );
  if (flag !== undefined) seen.push(harm('SERVICE_DESTROY', 'HIGH', { operation: 'delete', category: 'network' }));
  if (call.args.some(({ text }) => UNPROTECTS.test(text))) seen.push(harm('SHELL_DEFENCE_DISABLE', 'HIGH', { operation: 'admin' }));
  for (const word of words.slice(0, REACH)) {
    if (matches(word, spec.safe)) return seen;
    if (matches(word, spec.critical)) return [...seen, harm('SERVICE_DESTROY', 'CRITICAL', { operation: 'delete', category: 'network' })];
    if (matches(word, spec.high)) return [...seen, harm('SERVICE_DESTROY', 'HIGH', { operation: 'delete', category: 'network' })];
    if (spec.general !== null && isGeneral(word))
      return [...seen, harm('SERVICE_DESTROY', spec.general ?? 'HIGH', { operation: 'delete', category: 'network' })];
  }
  return seen;
}

export const isService = (name: string): boolean => Object.hasOwn(SERVICES, name);

/** Files with credentials among the arguments of a program nothing else is known of. */
export function secretsAmong(args: readonly Arg[]): Seen[] {
  return args
    .filter((arg) => !arg.text.startsWith('-') && /[./\\]/.test(arg.text) && isSecretFile(arg.text))
    .map((path) => ({ see: 'path', path, access: 'read' }));
}

export function bareWords(args: readonly Arg[]): string[] {
  return args.filter((arg) => !arg.text.startsWith('-')).map((arg) => arg.text);
}

/** `api -X DELETE …`: the raw request some clients offer. */
const isDeleteMethod = (text: string, next: string | undefined): boolean =>
  /^(-X|--method)=?DELETE$/i.test(text) || (/^(-X|--method|--request)$/.test(text) && next?.toUpperCase() === 'DELETE');

/** An option that takes away what keeps a resource from being deleted. */
const UNPROTECTS =
  /^--(?:no-(?:\w+-)*(?:deletion|termination)-protection(?:-enabled)?|no-enable-termination-protection|no-disable-api-(?:termination|stop)|deletion-protection=(?:false|disabled)|disable-(?:deletion|termination)-protection)$/;

const optionName = (text: string): string => text.split('=')[0] ?? text;

/** `DeleteInstance`: what an API calls it. */
const CALLED = /^(?:Delete|Terminate|Destroy|Release|Remove|Purge|Revoke|Drop|Erase)[A-Z]/;

function isGeneral(word: string): boolean {
  return GENERAL.has(word) || CALLED.test(word) || parts(word).some((part) => GENERAL.has(part));
}

function matches(word: string, list: readonly string[] | undefined): boolean {
  if (list === undefined) return false;
  return list.includes(word) || parts(word).some((part) => list.includes(part));
}

/** First and last part of a compound sub-command; a word with a dot, slash or capital is a name, not a verb. */
function parts(word: string): readonly string[] {
  if (!/^[a-z][a-z0-9]*([-:_][a-z0-9]+)+$/.test(word)) return [];
  const all = word.split(/[-:_]/);
  const [first = '', second = ''] = all;
  return [first === 'batch' || first === 'bulk' || first === 'force' ? second : first, all.at(-1) ?? ''];
}
