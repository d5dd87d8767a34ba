import type { ProgramReader, ProgramTable } from '../call.ts';
import { harm } from '../call.ts';
import { isDryRun, isHelp } from '../options.ts';

/** Names of targets and scripts that say what running them takes away; tidying up after a build is called otherwise. */
const LOSES =
  /^(?:[\w.-]+[:_-])?(?:nuke|destroy|obliterate|wipe|teardown|decommission)(?:[:_-](?!cache|build|dist|tmp|test|local|dev\b)[\w-]+)?$|^(?:[\w.-]+[:_-])?(?:db|database|schema|tables?|data)[:_-](?:drop|wipe|purge|destroy|nuke|truncate)(?:[:_-](?!test|local)[\w-]+)?$|^(?:drop|wipe|purge|destroy|truncate)[:_-](?:all[:_-])?(?:db|database|schema|tables?|data|prod|production)$/;

/** Words in front of a script's name. */
const RUN = /^(?:run|run-script|exec|--silent|-s)$/;

/** Runners that only print what they would do. */
const PRINTS = /^(?:-[a-z]*[nq][a-z]*|--(?:just-print|recon|question|dry|dry-run|show))$/;

const named: ProgramReader = ({ args }) => {
  if (isHelp(args) || isDryRun(args) || args.some(({ text }) => PRINTS.test(text))) return [];
  const targets = args.filter(({ text }) => !text.startsWith('-') && !text.includes('=') && !RUN.test(text)).slice(0, 4);
  return targets.some(({ text }) => LOSES.test(text)) ? [harm('SERVICE_DESTROY', 'HIGH', { operation: 'delete', category: 'unknown' })] : [];
};

/** Only the name right behind the word that runs one is a script's. */
const script: ProgramReader = (call) => {
  const at = call.args.findIndex(({ text }) => /^(?:run|run-script)$/.test(text));
  if (at < 0 && !/^(?:yarn|bun)$/.test(call.bin)) return [];
  return named({ ...call, args: call.args.slice(at + 1, at + 2) });
};

const playbook: ProgramReader = ({ args }) =>
  !isHelp(args) &&
  !args.some(({ text }) => /^(?:--check|-C|--syntax-check|--list-(?:tasks|hosts|tags))$/.test(text)) &&
  args.some(({ text }) => /(?:^|[/_.-])(?:teardown|destroy|wipe|nuke|purge|decommission|uninstall|terminate)(?:[_.-][\w.-]*)?\.ya?ml$/i.test(text))
    ? [harm('INFRA_DESTROY', 'HIGH', { operation: 'delete', category: 'network' })]
    : [];

/** Runners of a project's own targets and scripts. */
export const SCRIPTS: ProgramTable = {
  make: named,
  gmake: named,
  just: named,
  task: named,
  mage: named,
  invoke: named,
  fab: named,
  rake: named,
  npm: script,
  pnpm: script,
  yarn: script,
  bun: script,
  'ansible-playbook': playbook,
};
