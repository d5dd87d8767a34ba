import type { Seen } from '../shell/call.ts';
import { harm } from '../shell/call.ts';
import type { WindowsCall } from './call.ts';
import { flags } from './call.ts';
import { deleting, reading, writing, holding } from './paths.ts';
import { deletesKey, savesKey, writesKey } from './registry.ts';

export type WindowsReader = (call: WindowsCall) => readonly Seen[];

const REMOTE = harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' });
const DEFENCE = harm('SHELL_DEFENCE_DISABLE', 'HIGH', { operation: 'admin' });
const PERSISTS = harm('SHELL_PERSISTENCE', 'HIGH', { operation: 'write' });
const LOGS = harm('SHELL_LOG_CLEAR', 'HIGH', { operation: 'delete' });
const SHADOWS = harm('SHELL_VOLUME_DESTROY', 'HIGH', { operation: 'delete' });
const DUMPS = harm('PATH_SECRET', 'HIGH', { detector: 'path', operation: 'read' });
const ACCOUNT = harm('SHELL_PRIVILEGE', 'HIGH', { operation: 'admin' });
const ELSEWHERE = harm('SHELL_HATCH', 'HIGH');

const when =
  (pattern: RegExp, ...seen: readonly Seen[]): WindowsReader =>
  ({ args }) =>
    pattern.test(flags(args)) ? seen : [];
const always =
  (...seen: readonly Seen[]): WindowsReader =>
  () =>
    seen;
const any =
  (...readers: readonly WindowsReader[]): WindowsReader =>
  (call) =>
    readers.flatMap((reader) => reader(call));

/** Services whose stop leaves a machine without protection, records, updates or a way back. */
export const GUARDIANS =
  /\b(?:windefend|wdnissvc|wdfilter|sense|mpssvc|wscsvc|securityhealthservice|sysmon\w*|eventlog|wuauserv|usosvc|vss|swprv|sdrsvc|wbengine|wecsvc|bits|msmpeng|mssense|csfalconservice|csagent|cbdefense|carbonblack|sentinelagent|cylancesvc|\w*defend\w*|\w*sophos\w*|\w*mcafee\w*|\w*symantec\w*|\w*kaspersky\w*|\w*avast\w*|\w*crowdstrike\w*|\w*antivirus\w*|\w*malware\w*|\w*veeam\w*|\w*backup\w*|security center|windows defender\w*|windows firewall|osqueryd|splunk\w*|wazuh\w*)\b/i;

export function stopsService(words: string): Seen[] {
  return [GUARDIANS.test(words) ? DEFENCE : harm('SHELL_SERVICE_STOP', 'MEDIUM', { operation: 'admin' })];
}

const del: WindowsReader = ({ args, name }) => {
  const switches = args
    .filter((arg) => /^(?:\/[a-z](?::\S*)?)+$/i.test(arg))
    .join('')
    .toLowerCase();
  if (switches.includes('?')) return [];
  const tree = switches.includes('/s');
  const paths = args.filter((arg) => !/^(?:\/[a-z](?::\S*)?)+$/i.test(arg));
  // `rd` without `/s` takes empty folders only.
  if (!tree && (name === 'rd' || name === 'rmdir')) return [];
  return paths.flatMap((path) => deleting(path, tree));
};

const reg: WindowsReader = ({ args }) => {
  const [verb = '', key = ''] = args;
  const value = args[args.findIndex((arg) => /^[-/]v$/i.test(arg)) + 1] ?? '';
  const named = args.some((arg) => /^[-/]v$/i.test(arg)) ? value : '';
  switch (verb.toLowerCase()) {
    case 'query':
      return args.some((arg) => /^[-/]f$/i.test(arg)) && /passw|pwd|secret|credential/.test(flags(args))
        ? [harm('SHELL_SECRET_PRINT', 'HIGH', { operation: 'read' })]
        : [];
    case 'add':
      return writesKey(key, named);
    case 'delete':
      return deletesKey(key, named === '');
    case 'save':
    case 'export':
      return savesKey(key);
    case 'import':
    case 'restore':
    case 'copy':
      return [harm('SHELL_REGISTRY', 'HIGH', { operation: 'write' })];
    default:
      return [];
  }
};

const sc: WindowsReader = ({ args }) => {
  const words = flags(args);
  if (/\bcreate\b/.test(words) || /\bconfig\b.*\bbinpath/.test(words) || /\b(?:sdset|failure)\b/.test(words)) return [PERSISTS];
  if (/\bconfig\b.*\bstart\s?=\s?"?disabled/.test(words) || /\b(?:stop|delete|pause)\b/.test(words)) return stopsService(words);
  return [];
};

const net: WindowsReader = ({ args }) => {
  const words = flags(args);
  if (/^(?:user|localgroup|group|accounts)\b.*\/(?:add|active|passwordchg)/.test(words)) return [ACCOUNT];
  if (/^(?:user|localgroup|group)\b.*\/del/.test(words)) return [harm('SHELL_ACCOUNT_DELETE', 'HIGH', { operation: 'delete' })];
  if (/^user\s+\S+\s+[^/\s]\S*/.test(words)) return [ACCOUNT];
  if (/^(?:stop|pause)\b/.test(words)) return stopsService(words);
  return /^share\s+\S+=/.test(words) ? [harm('SHELL_PERMISSIONS', 'HIGH')] : [];
};

/** Libraries of the system whose entries people call on purpose. */
const OWN_DLL =
  /^["']?(?:[a-z]:\\windows\\system32\\|%systemroot%\\system32\\)?(?:shell32|user32|printui|sysdm|keymgr|powrprof|netplwiz|cryptext|dsquery|themecpl|inetcpl|advapi32|iernonce|ndfapi|van|desk)(?:\.dll|\.cpl)?\b/i;

const rundll32: WindowsReader = ({ args }) => {
  const words = flags(args);
  if (/minidump|comsvcs(?:\.dll)?[\s,]+#?[-+]?\s?24\b/.test(words)) return [harm('PATH_SECRET', 'CRITICAL', { detector: 'path', operation: 'read' })];
  if (/javascript:|vbscript:|https?:|\\\\[\w.]/.test(words)) return [REMOTE];
  return args.length === 0 || OWN_DLL.test(args[0] ?? '') ? [] : [ELSEWHERE];
};

const FETCHES = /https?:|ftp:|\\\\[\w.]+\\|javascript:|vbscript:|scrobj|script:/;

const script: WindowsReader = ({ args }) => {
  const words = flags(args);
  if (FETCHES.test(words) || /\/\/?e:|\\temp\\|%temp%|\\appdata\\|\\public\\|\.(?:txt|log|dat|jpg|png)\b/.test(words)) return [REMOTE];
  const file = args.find((arg) => !arg.startsWith('/'));
  if (file === undefined) return [];
  return /slmgr|ospp|prnmngr|prncnfg|prnport|pubprn|winrm\.vbs|cscript|gatherNetworkInfo/i.test(file)
    ? []
    : [harm('SHELL_FILE_EXECUTE', 'HIGH'), { see: 'path', path: { text: file, glob: false }, access: 'execute' }];
};

const wmic: WindowsReader = ({ args }) => {
  const words = flags(args);
  if (/shadowcopy\b.*\bdelete/.test(words)) return [SHADOWS];
  if (/\bprocess\b.*\bcall\b.*\bcreate|\/format:\s?"?(?:https?:|\\\\)|\/node:/.test(words)) return [harm('SHELL_HATCH', 'HIGH')];
  if (/\bproduct\b.*\buninstall|\bservice\b.*\b(?:stopservice|delete|changestartmode)|\bprocess\b.*\b(?:terminate|delete)/.test(words))
    return stopsService(words);
  return /\buseraccount\b.*\b(?:set|rename|create)/.test(words) ? [ACCOUNT] : [];
};

const bitsadmin = when(/\/(?:transfer|addfile|setnotifycmdline|rawreturn|create)\b/, REMOTE);

const schtasks: WindowsReader = ({ args }) => {
  const words = flags(args);
  // This task runs with the rights of its kind whatever stands in a variable of the user.
  if (/\/run\b.*silentcleanup/.test(words)) return [ELSEWHERE];
  if (/\/(?:create|change)\b/.test(words)) return [/\/disable\b/.test(words) && GUARDIANS.test(words) ? DEFENCE : PERSISTS];
  return /\/delete\b/.test(words) ? [harm('SHELL_SCHEDULE_DELETE', /\/tn\s+"?\*/.test(words) ? 'HIGH' : 'MEDIUM')] : [];
};

const netsh: WindowsReader = ({ args }) => {
  const words = flags(args);
  if (/firewall\b.*\b(?:state\s+off|opmode\s+(?:mode=)?disable|firewallpolicy\s+allow|reset)/.test(words)) return [DEFENCE];
  if (
    /firewall\b.*\badd\b.*\b(?:action=allow|rule|portopening|allowedprogram)/.test(words) &&
    /dir=in|portopening|allowedprogram|action=allow/.test(words)
  )
    return [harm('SHELL_FIREWALL_OPEN', 'HIGH')];
  if (/firewall\b.*\b(?:delete|set)\b.*\brule\b/.test(words)) return [harm('SHELL_FIREWALL_OPEN', 'MEDIUM')];
  return /portproxy\b.*\badd|add\s+helper|trace\s+start|wlan\b.*key=clear/.test(words) ? [harm('SHELL_TUNNEL', 'HIGH')] : [];
};

const permissions: WindowsReader = ({ args, name }) => {
  const words = flags(args);
  const wide =
    /\b(?:everyone|users|\*s-1-1-0|authenticated users)\b["']?:\(?(?:\(?[oc]i\)?)*\(?(?:f|m)\b/.test(words) || /everyone:\(?.*f\)?/.test(words);
  const system = /[a-z]:\\(?:\s|"|$|windows|program files|users\\?(?:\s|"|$))/.test(words);
  return wide || (system && (name === 'takeown' || /\/(?:grant|deny|setowner|reset|remove)/.test(words))) ? [harm('SHELL_PERMISSIONS', 'HIGH')] : [];
};

const kill: WindowsReader = ({ args }) => {
  const words = flags(args);
  if (GUARDIANS.test(words)) return [DEFENCE];
  return /\/im\s+"?(?:\*|lsass|csrss|winlogon|svchost|services|wininit)/.test(words)
    ? [harm('SHELL_KILL_ALL', 'HIGH')]
    : [harm('SHELL_KILL', 'MEDIUM')];
};

const msiexec: WindowsReader = ({ args }) => {
  const words = flags(args);
  if (/https?:|\\\\[\w.]+\\|(?:^|\s)[-/][yz]\s/.test(words)) return [REMOTE];
  return [];
};

const copies: WindowsReader = ({ args }) => {
  const [from, ...rest] = args.filter((arg) => !/^\/[\w:+-]+$/.test(arg));
  const to = rest.at(-1);
  const away: Seen[] =
    /^\\\\[\w.-]+\\/.test(to ?? '') && /^[a-z]:\\(?:users(?:\\[^\\]+)?\\?(?:\*.*)?)?$|\\(?:documents|desktop)\\?$/i.test(from ?? '')
      ? [harm('SHELL_UPLOAD', 'HIGH', { category: 'network', operation: 'send' })]
      : [];
  return [...away, ...(from === undefined ? [] : reading(from)), ...(to === undefined ? [] : holding(writing(to), from))];
};

const first: WindowsReader = ({ args }) => args.filter((arg) => !arg.startsWith('/')).flatMap(reading);

/** Programs of Windows by what they do (Microsoft's "Windows Commands", the LOLBAS project's list of functions). */
export const PROGRAMS: Readonly<Record<string, WindowsReader>> = {
  del,
  erase: del,
  rd: del,
  rmdir: del,
  deltree: (call) => call.args.flatMap((path) => deleting(path, true)),
  format: ({ args }) =>
    args.some((arg) => /^"?[a-z]:/i.test(arg))
      ? [harm('SHELL_FORMAT', /^"?c:/i.test(args[0] ?? '') ? 'CRITICAL' : 'HIGH', { operation: 'delete' })]
      : [],
  diskpart: ({ args }) => (args[0] === '/?' ? [] : [harm('SHELL_PARTITION', 'HIGH', { inspected: false })]),
  dism: when(/disable-feature\b.*defender|remove-(?:package|capability)\b.*(?:defender|security)/, DEFENCE),
  scriptrunner: when(/[-/]appvscript/, ELSEWHERE),
  syncappvpublishingserver: always(ELSEWHERE),
  'syncappvpublishingserver.vbs': always(ELSEWHERE),
  xwizard: when(/runwizard/, ELSEWHERE),
  doskey: when(/=\s{0,4}\S/, harm('SHELL_SHADOW', 'HIGH')),
  assoc: when(/=\S/, PERSISTS),
  ftype: when(/=\S/, PERSISTS),
  control: when(/\\(?:temp|public|appdata|downloads)\\.*\.cpl|\\\\[\w.]+\\|\.dll\b|https?:/, ELSEWHERE),
  powercat: when(/-e\w*\s|-c\s/, harm('SHELL_REVERSE_SHELL', 'CRITICAL', { category: 'network' })),
  findstr: when(/\/v\b.*\\\\[\w.]+\\/, REMOTE),
  ftp: when(/-s:/, ELSEWHERE),
  makecab: when(/\\\\[\w.]+\\/, REMOTE),
  replace: when(/\\\\[\w.]+\\/, REMOTE),
  print: when(/\/d:/, REMOTE),
  ldifde: when(/-i\b/, ACCOUNT),
  csvde: when(/-i\b/, ACCOUNT),
  dsadd: always(ACCOUNT),
  dsmod: always(ACCOUNT),
  dsrm: always(harm('SHELL_ACCOUNT_DELETE', 'HIGH', { operation: 'delete' })),
  cipher: when(/\/w/, harm('SHELL_SHRED', 'HIGH', { operation: 'delete' })),
  sdelete: always(harm('SHELL_SHRED', 'HIGH', { operation: 'delete' })),
  sdelete64: always(harm('SHELL_SHRED', 'HIGH', { operation: 'delete' })),
  fsutil: when(/usn\s+deletejournal|setzerodata|\bdirty\s+set/, LOGS),
  vssadmin: ({ args }) =>
    /\bdelete\b.*\/all/.test(flags(args))
      ? [{ ...SHADOWS, risk: 'CRITICAL' }]
      : when(/\b(?:delete|resize|create)\b/, SHADOWS)({ name: 'vssadmin', args, shell: 'cmd' }),
  diskshadow: always(harm('SHELL_HATCH', 'HIGH')),
  wbadmin: when(/\bdelete\b|\bdisable\b/, SHADOWS),
  bcdedit: when(/\/(?:set|delete|deletevalue|import|create|default)\b/, DEFENCE),
  reagentc: when(/\/disable/, DEFENCE),
  wevtutil: when(/(?:^|\s)(?:cl|clear-log|sl|set-log|um|uninstall-manifest)\b/, LOGS),
  auditpol: when(/\/(?:clear|remove|restore|set)\b/, LOGS),
  fltmc: when(/\bunload\b|\bdetach\b/, DEFENCE),
  sysmon: when(/[-/]u\b|[-/]c\b/, DEFENCE),
  sysmon64: when(/[-/]u\b|[-/]c\b/, DEFENCE),
  mpcmdrun: when(/[-/](?:removedefinitions|restore|downloadfile|disableservice)/, DEFENCE),
  reg,
  regedit: when(/[-/]s\b|\.reg\b/, harm('SHELL_REGISTRY', 'HIGH', { operation: 'write' })),
  regini: always(harm('SHELL_REGISTRY', 'HIGH', { operation: 'write' })),
  schtasks,
  at: when(/\d{1,2}:\d\d/, PERSISTS),
  sc,
  net,
  net1: net,
  nssm: when(/\binstall\b|\bset\b/, PERSISTS),
  netsh,
  wmic,
  shutdown: when(/[-/][srphg]\b/, harm('SHELL_HOST_STOP', 'HIGH', { operation: 'admin' })),
  logoff: always(harm('SHELL_HOST_STOP', 'MEDIUM')),
  takeown: permissions,
  icacls: permissions,
  cacls: permissions,
  xcacls: permissions,
  taskkill: kill,
  tskill: kill,
  manage: when(/-off|-protectors\s+-delete/, DEFENCE),
  'manage-bde': when(/-off|-protectors\s+-delete/, DEFENCE),
  certutil: any(when(/[-/](?:urlcache|verifyctl|decode(?:hex)?|encode|url|addstore|importpfx|exportpfx)\b/, REMOTE)),
  certreq: when(/https?:/, REMOTE),
  certoc: always(REMOTE),
  mshta: ({ args }) => (args.length === 0 ? [] : [REMOTE]),
  regsvr32: ({ args }) =>
    FETCHES.test(flags(args)) || /[-/]i:|\\temp\\|\\appdata\\|\\public\\|\.(?:sct|txt|ocx\d|dat)\b/.test(flags(args))
      ? [REMOTE]
      : args.some((arg) => /\.(?:dll|ocx)$/i.test(arg))
        ? [harm('SHELL_HATCH', 'MEDIUM')]
        : [],
  rundll32,
  bitsadmin,
  msiexec,
  cscript: script,
  wscript: script,
  installutil: always(ELSEWHERE),
  regasm: always(ELSEWHERE),
  regsvcs: always(ELSEWHERE),
  cmstp: ({ args }) => (args.length === 0 ? [] : [ELSEWHERE]),
  odbcconf: when(/regsvr|[-/]a\b|\.rsp\b/, ELSEWHERE),
  mavinject: always(ELSEWHERE),
  pcalua: always(ELSEWHERE),
  presentationhost: always(ELSEWHERE),
  ieexec: always(REMOTE),
  hh: when(/https?:|\.chm/, REMOTE),
  msxsl: always(ELSEWHERE),
  desktopimgdownldr: always(REMOTE),
  esentutl: when(/[-/](?:y|vss)\b/, DUMPS),
  extrac32: when(/\\\\[\w.]|https?:/, REMOTE),
  expand: when(/\\\\[\w.]+\\/, REMOTE),
  finger: when(/@/, REMOTE),
  msbuild: when(/\.(?:xml|txt)\b|\\temp\\|%temp%|\\public\\|https?:/, ELSEWHERE),
  psexec: always(harm('SHELL_PRIVILEGE', 'HIGH')),
  psexec64: always(harm('SHELL_PRIVILEGE', 'HIGH')),
  paexec: always(harm('SHELL_PRIVILEGE', 'HIGH')),
  winrs: always(harm('SHELL_HATCH', 'HIGH')),
  winrm: when(/\binvoke\b|allowunencrypted|quickconfig|set\s+winrm\/config/, harm('SHELL_FIREWALL_OPEN', 'HIGH')),
  runas: always(harm('SHELL_PRIVILEGE', 'HIGH')),
  procdump: when(/lsass|-ma\b/, harm('PATH_SECRET', 'CRITICAL', { detector: 'path', operation: 'read' })),
  procdump64: when(/lsass|-ma\b/, harm('PATH_SECRET', 'CRITICAL', { detector: 'path', operation: 'read' })),
  mimikatz: always(harm('PATH_SECRET', 'CRITICAL', { detector: 'path', operation: 'read' })),
  nanodump: always(harm('PATH_SECRET', 'CRITICAL', { detector: 'path', operation: 'read' })),
  ntdsutil: always(DUMPS),
  vaultcmd: when(/\/list/, DUMPS),
  cmdkey: when(/\/(?:list|add|generic)/, DUMPS),
  lazagne: always(DUMPS),
  rubeus: always(DUMPS),
  sharphound: always(DUMPS),
  copy: copies,
  xcopy: copies,
  robocopy: (call) => [
    ...copies(call),
    ...(/\/(?:mir|purge|move?)\b/.test(flags(call.args)) ? [harm('SHELL_SYNC_DELETE', 'MEDIUM', { operation: 'delete' })] : []),
  ],
  move: copies,
  ren: ({ args }) => args.slice(0, 1).flatMap(writing),
  type: first,
  more: first,
  mklink: ({ args }) =>
    args
      .filter((arg) => !arg.startsWith('/'))
      .slice(0, 1)
      .flatMap(writing),
  setx: when(/^path\s|\/m\b.*path/, harm('ENV_PATH_HIJACK', 'MEDIUM')),
};

export const isKnown = (name: string): boolean => Object.hasOwn(PROGRAMS, name);
