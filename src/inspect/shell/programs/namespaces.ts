import type { ProgramReader, ProgramTable } from '../call.ts';
import { UNKNOWN, harm, literal } from '../call.ts';
import { readOptions } from '../options.ts';
import { runsRest } from './runs-rest.ts';

const BECOMES = harm('SHELL_PRIVILEGE', 'HIGH', { operation: 'admin' });

/** Into the namespaces of another process: the first process' are the machine's own. */
const nsenter: ProgramReader = (call) => {
  const spec = { short: 'tSG', long: ['target', 'setuid', 'setgid'], stop: true };
  const options = readOptions(call.args, spec);
  const first = options.values('t', 'target').some(({ text }) => text === '1' || text.includes(UNKNOWN));
  const files = options.has('a', 'all', 'm', 'mount', 'r', 'root') || options.named.has('p');
  const leaves = first || (files && options.operands.length === 0);
  return [...(leaves ? [BECOMES] : []), ...runsRest(spec)(call)];
};

/** A namespace in which one is root: within it the checks of the kernel are root's. */
const unshare: ProgramReader = (call) => {
  const spec = {
    short: 'RwSG',
    long: ['root', 'wd', 'setuid', 'setgid', 'map-user', 'map-group', 'map-users', 'map-groups', 'propagation', 'setgroups'],
    stop: true,
  };
  const options = readOptions(call.args, spec);
  return [...(options.has('r', 'map-root-user', 'U', 'user') ? [BECOMES] : []), ...runsRest(spec)(call)];
};

/** Programs that start others with other rights, or in other namespaces. */
export const NAMESPACES: ProgramTable = {
  unshare,
  nsenter,
  'systemd-run': (call) => [
    ...runsRest({
      short: 'pEuHM',
      long: ['unit', 'property', 'setenv', 'description', 'slice', 'uid', 'gid', 'on-calendar', 'on-active', 'on-boot'],
    })(call),
    ...(call.args.some(({ text }) => text === '-S' || text === '--shell') ? [{ see: 'argv', argv: [literal('sh')] } as const] : []),
  ],
  capsh: (call) => {
    const at = call.args.findIndex(({ text }) => text === '--' || text === '-+');
    const raised = call.args.some(({ text }) => /^--(?:uid|gid|user)=(?:0|root)$/.test(text));
    return [...(raised ? [BECOMES] : []), ...(at < 0 ? [] : [{ see: 'argv', argv: [literal('bash'), ...call.args.slice(at + 1)] } as const])];
  },
};
