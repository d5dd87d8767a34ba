import type { Arg, Call, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { bareWords } from './service-verbs.ts';
import { programName } from '../words.ts';

const OWN = harm('AEGIS_CONTROL', 'CRITICAL', { detector: 'agent-config', operation: 'admin' });

/** Commands of Aegis that read and change nothing, by their first words. */
const READS: ReadonlySet<string> = new Set(
  'status doctor help version completion verify replay conform demo costs actions examples usage|log|log list|log show|log verify|log tail|policy check|policy test|policy show|approvals list|agents list|operators list|mcp tools|presence'
    .split('|')
    .flatMap((part, at) => (at === 0 ? part.split(' ') : [part])),
);

/** What starts a program that stands among its arguments. */
const STARTERS = new Set('node nodejs bun deno tsx ts-node npx bunx pnpx pnpm yarn npm corepack volta uvx sh bash zsh dash'.split(' '));
const NAMES = /^(?:aegis|aegis\.(?:mjs|js|ts|cmd|exe|ps1)|@aegis\/(?:control-plane|cli)(?:@.*)?)$/;
const PACKAGE = /^@aegis\/(?:control-plane|cli)(?:@.*)?$/;

const isOwn = ({ text }: Arg): boolean => PACKAGE.test(text) || NAMES.test(programName(text));

/** The ports the daemon and the model proxy listen on unless told otherwise. */
const PORT = /(?:^|\D)741[12](?:\D|$)/;
const NAMED = /(?:^|[^a-z])aegis(?:[^a-z]|$)/i;

/** Programs that end processes or services, or keep them from starting; what they name is the rest of their words. */
const ENDS: Readonly<Record<string, RegExp | undefined>> = {
  kill: undefined,
  pkill: undefined,
  killall: undefined,
  skill: undefined,
  xkill: undefined,
  fkill: undefined,
  'kill-port': undefined,
  taskkill: undefined,
  'Stop-Process': undefined,
  'Stop-Service': undefined,
  fuser: /^-[a-z]*k|^--kill$/,
  ss: /^-[a-zA-Z]*K|^--kill$/,
  tcpkill: undefined,
  systemctl: /^(?:stop|disable|mask|kill|restart|reload|revert|edit|reset-failed|try-restart)$/,
  service: /^(?:stop|restart|reload)$/,
  'rc-service': /^(?:stop|restart)$/,
  sc: /^(?:stop|delete|config)$/i,
  net: /^stop$/i,
  launchctl: /^(?:unload|bootout|kill|remove|disable|stop)$/,
  brew: /^(?:stop|restart|uninstall|unlink)$/,
  docker: /^(?:stop|kill|rm|pause|restart|update|rename|down)$/,
  podman: /^(?:stop|kill|rm|pause|restart|update|rename|down)$/,
  'docker-compose': /^(?:stop|kill|rm|down|pause|restart)$/,
  pm2: /^(?:stop|kill|delete|restart|reload)$/,
  supervisorctl: /^(?:stop|restart|shutdown|remove)$/,
  npm: /^(?:uninstall|remove|rm|un)$/,
  pnpm: /^(?:uninstall|remove|rm)$/,
  yarn: /^remove$/,
};
/** Programs that name processes by what they run. */
const HUNTS = new Set(['pgrep', 'pidof', 'lsof', 'fuser', 'ss', 'netstat', 'ps']);
/** The daemon is a process of this name. */
const RUNTIME = /^(?:node|nodejs|node\.exe)$/i;

/** Whether a line looked for the processes of Aegis, or of a protection; kept for the command that ends them. */
export interface Hunt {
  own: boolean;
  defences: boolean;
  /** Remotes that this text adds. */
  readonly remotes: Set<string>;
  /** A program that waits at a terminal was started as root. */
  waits: boolean;
}

const DEFENCES =
  /^(?:auditd|apparmor|fail2ban|ufw|firewalld|clamd|clamav|falcon-sensor|crowdstrike|ossec|wazuh|osqueryd?|falco|sysmon|mdatp|MsMpEng)/i;

/** What a call does to Aegis itself: its commands, its processes, its doors. */
export function readOwn(call: Call, hunt: Hunt): Seen[] {
  const words = call.args.map(({ text }) => text);
  const rest = ownArguments(call);
  if (rest !== undefined) return reads(rest) ? [] : [OWN];
  if (HUNTS.has(call.bin)) look(words, hunt);
  if (ends(call, hunt)) return [OWN];
  if (call.bin === 'kill' && hunt.defences && words.some((word) => word.includes('\u0000')))
    return [harm('SHELL_DEFENCE_DISABLE', 'HIGH', { operation: 'admin' })];
  return asksDoor(call) ? [OWN] : [];
}

/** The words behind Aegis' own name, where this call is one of its commands. */
function ownArguments({ bin, args }: Call): readonly Arg[] | undefined {
  if (NAMES.test(bin)) return args;
  if (!STARTERS.has(bin)) return undefined;
  const at = args.findIndex((arg) => isOwn(arg));
  if (at < 0) return undefined;
  // Words before it are options, their values, or the sub-command that runs a package.
  const first = args.find(({ text }) => !text.startsWith('-'));
  const runs = first === args[at] || /^(?:exec|x|dlx|run|start|node)$/.test(first?.text ?? '');
  return runs && !/^(?:install|add|i|view|info|why|remove)$/.test(first?.text ?? '') ? args.slice(at + 1) : undefined;
}

function reads(args: readonly Arg[]): boolean {
  if (args.some(({ text }) => text === '--help' || text === '-h' || text === '--version' || text === '-V')) return true;
  const [first = '', second = ''] = bareWords(args);
  return args.length === 0 || READS.has(first) ? first !== 'log' || READS.has(`log ${second}`) || second === '' : READS.has(`${first} ${second}`);
}

function look(words: readonly string[], hunt: Hunt): void {
  if (words.some((word) => NAMED.test(word) || PORT.test(word) || RUNTIME.test(word))) hunt.own = true;
  if (words.some((word) => DEFENCES.test(word))) hunt.defences = true;
}

function ends({ bin, args, complete }: Call, hunt: Hunt): boolean {
  if (!Object.hasOwn(ENDS, bin)) return false;
  const verb = ENDS[bin];
  const words = args.map(({ text }) => text);
  if (verb !== undefined && !words.some((word) => verb.test(word))) return false;
  if (words.some((word) => word === '-0' || word === '-l' || word === '-L')) return false;
  if (words.some((word) => NAMED.test(word) && !/^(?:\.|~|\/)?\/?\w+.*\.(?:md|txt)$/.test(word))) return true;
  const ports = bin === 'fuser' || bin === 'kill-port' || bin === 'ss' || bin === 'fkill' || bin === 'tcpkill';
  if (ports && words.some((word) => PORT.test(word))) return true;
  if (/^(?:killall|pkill|skill|taskkill|Stop-Process|fkill)$/.test(bin) && words.some((word) => RUNTIME.test(word))) return true;
  return hunt.own && bin === 'kill' && (!complete || words.some((word) => word.includes('\u0000')));
}

/** A request that changes something, sent to the daemon's own door. */
function asksDoor({ bin, args }: Call): boolean {
  if (!/^(?:curl|wget|http|https|xh|curlie|nc|ncat|socat)$/.test(bin)) return false;
  const words = args.map(({ text }) => text);
  const door = words.some(
    (word) => /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)?:7411(?:\/|$)/.test(word) || /aegis[^/]*\.sock/.test(word),
  );
  if (!door) return false;
  return (
    words.some(
      (word) =>
        /\/v1\/(?:approvals|policies|policy|operators|agents|halts?|resume|erase|budgets|tools|locks|keys|admin|recover)/.test(word) ||
        /^(?:POST|PUT|PATCH|DELETE)$/.test(word),
    ) && words.some((word) => /^(?:-X|--request|-d|--data.*|--json|--post-data.*|-T|POST|PUT|PATCH|DELETE|-XPOST|-XPUT|-XDELETE|-XPATCH)$/.test(word))
  );
}
