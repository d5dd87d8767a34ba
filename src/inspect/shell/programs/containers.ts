import type { Arg, Call, ProgramReader, ProgramTable, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { isDryRun, isHelp, readOptions } from '../options.ts';
import type { Options } from '../options.ts';
import { isDevice } from './places.ts';

const LOST = { operation: 'delete' } as const;
const GLOBAL = { short: 'Hlc', long: ['host', 'log-level', 'context', 'config', 'url', 'connection', 'namespace'], stop: true };

const RUN = {
  short: 'eivpwuhlmcP',
  long: [
    'env',
    'volume',
    'mount',
    'publish',
    'workdir',
    'user',
    'name',
    'network',
    'hostname',
    'entrypoint',
    'label',
    'memory',
    'cpus',
    'restart',
    'env-file',
    'device',
    'cap-add',
    'cap-drop',
    'security-opt',
    'pid',
    'ipc',
    'platform',
    'gpus',
    'add-host',
    'dns',
    'shm-size',
    'tmpfs',
    'ulimit',
    'log-driver',
    'pull',
    'runtime',
    'userns',
    'volumes-from',
    'cpuset-cpus',
    'net',
    'link',
    'expose',
    'cidfile',
    'detach-keys',
    'index',
    'service',
  ],
  stop: true,
};
const RUN_SPEC = { ...RUN, short: 'evpwuhlmc' };

const docker: ProgramReader = (call) => {
  const words = readOptions(call.args, GLOBAL).operands;
  const [first, second] = words.map((arg) => arg.text);
  const group =
    /^(container|image|volume|network|system|builder|buildx|compose|context|stack|service|swarm|node|secret|config|plugin|pod|machine|manifest|trust|checkpoint|kube)$/.test(
      first ?? '',
    );
  const verb = group ? (second ?? '') : (first ?? '');
  const rest = words.slice(group ? 2 : 1);
  if (first === 'compose') return compose({ ...call, args: words.slice(1) });
  if (verb === 'run' || verb === 'create') return run(rest);
  if (verb === 'exec') return [{ see: 'argv', argv: readOptions(rest, RUN_SPEC).operands.slice(1) }];
  if (isDryRun(call.args) || isHelp(call.args) || isHelp(rest)) return [];
  if (verb === 'cp') return rest.map((arg): Seen => ({ see: 'path', path: { ...arg, text: arg.text.replace(/^[^/:]+:/, '') }, access: 'read' }));
  return harms(group ? (first ?? '') : '', verb, readOptions(rest));
};

/** Containers whose stop stops what others depend on. */
const FRONT = /^(traefik|nginx|haproxy|envoy|caddy|postgres|mysql|redis|mongo|prod)/i;

function harms(group: string, verb: string, options: Options): Seen[] {
  const forced = options.has('f', 'force');
  const everything = options.has('a', 'all');
  const removed = verb === 'rm' || verb === 'remove' || verb === 'rmi';
  if (verb === 'push') return [harm('SUPPLY_PUBLISH', 'HIGH', { detector: 'supply-chain', category: 'supply-chain', operation: 'deploy' })];
  if (verb === 'prune') return [harm('CONTAINER_PRUNE', group === 'volume' || group === 'system' || everything ? 'HIGH' : 'MEDIUM', LOST)];
  if (removed && /^(volume|stack|service|swarm|secret|config|machine|context|node)$/.test(group)) return [harm('CONTAINER_REMOVE', 'HIGH', LOST)];
  if (removed) {
    const computed = options.operands.some((arg) => arg.text.includes('\u0000'));
    const front = options.operands.some((arg) => FRONT.test(arg.text));
    return [harm('CONTAINER_REMOVE', forced || computed || front || options.has('v', 'volumes') || everything ? 'HIGH' : 'MEDIUM', LOST)];
  }
  if ((verb === 'stop' || verb === 'kill') && (options.operands.some((arg) => arg.text.includes('\u0000') || FRONT.test(arg.text)) || everything))
    return [harm('CONTAINER_STOP', 'HIGH', LOST)];
  if (group === 'swarm' && verb === 'leave') return [harm('CONTAINER_REMOVE', 'HIGH', LOST)];
  if (group === 'system' && verb === 'reset') return [harm('CONTAINER_PRUNE', 'CRITICAL', LOST)];
  return [];
}

/** The engine's own socket: whoever has it starts containers with any part of the host. */
const ENGINE = /(?:^|[/=])(?:docker|containerd|podman|crio)\.sock(?:[:,]|$)/;

/** Capabilities, namespaces, devices and profiles with which a container is hardly one. */
const CAPABLE =
  /^(?:cap_)?(?:all|sys_admin|sys_module|sys_ptrace|sys_rawio|sys_boot|dac_read_search|dac_override|net_admin_all|bpf|mac_admin|syslog)$/i;
const loosens = (options: Options): boolean =>
  options.values('cap-add').some(({ text }) => CAPABLE.test(text)) ||
  options.values('pid', 'userns').some(({ text }) => text === 'host') ||
  options.values('security-opt').some(({ text }) => /(?:apparmor|seccomp|label|systempaths)[=:](?:unconfined|disable)/.test(text)) ||
  options.values('device').some(({ text }) => isDevice(text.split(':')[0] ?? ''));

/** `docker run`: what it is given of the host, and the command inside. */
function run(words: readonly Arg[]): Seen[] {
  const options = readOptions(words, RUN_SPEC);
  const seen: Seen[] = [];
  const mounts = options.values('v', 'volume', 'mount').map((arg) => arg.text);
  const root = mounts.some((mount) => /^\/:|(^|,)(source|src)=\/(,|$)/.test(mount));
  const system = mounts.some((mount) => /^\/(etc|root|boot|proc|sys|dev)(\/?:|$)|(source|src)=\/(etc|root|boot|proc|sys|dev)\/?(,|$)/.test(mount));
  if (root || (options.has('privileged') && options.values('pid').some((arg) => arg.text === 'host')))
    seen.push(harm('CONTAINER_ESCAPE', 'HIGH', { operation: 'admin' }));
  else if (mounts.some((mount) => ENGINE.test(mount))) seen.push(harm('CONTAINER_ESCAPE', 'HIGH', { operation: 'admin' }));
  else if (system || options.has('privileged')) seen.push(harm('CONTAINER_ESCAPE', system ? 'HIGH' : 'MEDIUM', { operation: 'admin' }));
  if (loosens(options)) seen.push(harm('CONTAINER_ESCAPE', 'HIGH', { operation: 'admin' }));
  const entry = options.value('entrypoint');
  const inner = options.operands.slice(1);
  if (entry !== undefined) seen.push({ see: 'argv', argv: [entry, ...inner] });
  else if (inner.length > 0 && !inner[0]?.text.startsWith('-')) seen.push({ see: 'argv', argv: inner });
  return seen;
}

const compose: ProgramReader = (call: Call) => {
  const options = readOptions(call.args, { short: 'fp', long: ['file', 'project-name', 'profile', 'env-file', 'project-directory'], stop: true });
  const [verb, ...rest] = options.operands;
  if (verb?.text !== 'exec' && verb?.text !== 'run' && isDryRun(call.args)) return [];
  const inner = readOptions(rest, { short: 't', long: ['timeout', 'rmi'] });
  if (verb?.text === 'down' && (inner.has('v', 'volumes') || inner.value('rmi')?.text === 'all')) return [harm('CONTAINER_REMOVE', 'HIGH', LOST)];
  if (verb?.text === 'rm' && (inner.has('v') || (inner.has('f', 'force') && inner.has('s', 'stop')))) return [harm('CONTAINER_REMOVE', 'HIGH', LOST)];
  if (verb?.text === 'push' || verb?.text === 'publish')
    return [harm('SUPPLY_PUBLISH', 'HIGH', { detector: 'supply-chain', category: 'supply-chain', operation: 'deploy' })];
  if (verb?.text === 'exec' || verb?.text === 'run') return [{ see: 'argv', argv: readOptions(rest, RUN_SPEC).operands.slice(1) }];
  return [];
};

export const CONTAINERS: ProgramTable = {
  ctr: (call) =>
    call.args.some(({ text }) => text === 'run') && call.args.some(({ text }) => text === '--privileged' || /src=\/,|src=\/etc/.test(text))
      ? [harm('CONTAINER_ESCAPE', 'HIGH', { operation: 'admin' })]
      : [],
  docker,
  podman: docker,
  nerdctl: docker,
  buildah: docker,
  'docker-compose': compose,
  'podman-compose': compose,
};
