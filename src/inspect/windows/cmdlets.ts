import type { Seen } from '../shell/call.ts';
import { UNKNOWN, harm } from '../shell/call.ts';
import type { WindowsCall } from './call.ts';
import { flags, parameter } from './call.ts';
import { deleting, reading, writing, holding } from './paths.ts';
import type { WindowsReader } from './programs.ts';
import { GUARDIANS, stopsService } from './programs.ts';
import { deletesKey, isRegistry, writesKey } from './registry.ts';

/** PowerShell's own short names (Get-Alias on Windows). */
export const ALIASES: Readonly<Record<string, string>> = Object.fromEntries(
  'ri rm rmdir del erase rd:remove-item iex:invoke-expression iwr wget curl:invoke-webrequest irm:invoke-restmethod gci ls dir:get-childitem gc cat type:get-content sc:set-content ac:add-content copy cp cpi:copy-item move mv mi:move-item ni md mkdir:new-item sp:set-itemproperty rp:remove-itemproperty icm:invoke-command saps start:start-process spps kill:stop-process spsv:stop-service sasv:start-service % foreach:foreach-object ? where:where-object iwmi:invoke-wmimethod rwmi:remove-wmiobject gwmi:get-wmiobject sal nal:set-alias clc:clear-content cli:clear-item clhy:clear-history ipmo:import-module rni ren:rename-item echo write:write-output gcim:get-ciminstance rcim:remove-ciminstance icim:invoke-cimmethod'
    .replace(/ (?=[^ :]+:)/g, ' ')
    .split(/(?<=:[a-z-]+) /)
    .flatMap((row) => {
      const [names = '', full = ''] = row.split(':');
      return names.split(' ').map((name) => [name, full] as const);
    }),
);

const DEFENCE = harm('SHELL_DEFENCE_DISABLE', 'HIGH', { operation: 'admin' });
const PERSISTS = harm('SHELL_PERSISTENCE', 'HIGH', { operation: 'write' });
const LOGS = harm('SHELL_LOG_CLEAR', 'HIGH', { operation: 'delete' });
const ACCOUNT = harm('SHELL_PRIVILEGE', 'HIGH', { operation: 'admin' });
const DUMPS = harm('PATH_SECRET', 'CRITICAL', { detector: 'path', operation: 'read' });
const FORMATS = harm('SHELL_FORMAT', 'HIGH', { operation: 'delete', category: 'file' });
const STOPS = harm('SHELL_HOST_STOP', 'HIGH', { operation: 'admin' });

const always =
  (...seen: readonly Seen[]): WindowsReader =>
  () =>
    seen;
const when =
  (pattern: RegExp, ...seen: readonly Seen[]): WindowsReader =>
  ({ args }) =>
    pattern.test(flags(args)) ? seen : [];

/** Operands: what is no parameter and no parameter's value. */
function operands(args: readonly string[]): string[] {
  const valued =
    /^-(?:path|literalpath|lp|filter|include|exclude|erroraction|ea|value|name|type|propertytype|itemtype|encoding|destination|outfile|uri|argumentlist|filepath|confirm:.*|stream|depth|errorvariable|warningaction|wa)$/i;
  return args.filter((arg, i) => !/^-[A-Za-z]|^\/[A-Za-z]$/.test(arg) && !valued.test(args[i - 1] ?? '') && !/^\$(?:true|false|null)$/i.test(arg));
}

const pathsOf = (args: readonly string[]): string[] => {
  const given = parameter(args, 'Path', 3) ?? parameter(args, 'LiteralPath', 3) ?? parameter(args, 'FilePath', 3);
  return given !== undefined && given !== '' ? [given] : operands(args).slice(0, 1);
};

/** `-Recurse`, `-r`, `-rec`. */
const recursive = (args: readonly string[]): boolean => args.some((arg) => /^\/s$|^-r(?:e(?:c(?:u(?:r(?:s(?:e)?)?)?)?)?)?(?::\$?true)?$/i.test(arg));

const removeItem: WindowsReader = (call) => {
  const { args, before } = call;
  if (args.some((arg) => /^-wh(?:atif)?/i.test(arg))) return [];
  const own = operands(args).concat(pathsOf(args));
  const listed = before?.name === 'get-childitem' || before?.name === 'get-item';
  const source = own.length > 0 ? own : listed ? sourceOf(before) : [UNKNOWN];
  const tree =
    recursive(args) ||
    (listed && own.length === 0 && (recursive(before.args) || /[\\/~]$|^\$home$|^[~.]$/.test(source[0] ?? '') || !/[*?]/.test(source[0] ?? '')));
  const narrow = listed && own.length === 0 && (before.args.some((arg) => /^-(?:filter|include)/i.test(arg)) || /\*\./.test(source[0] ?? ''));
  return [...new Set(source)].flatMap((path) => (isRegistry(path) ? deletesKey(path, tree) : deleting(path, tree && !narrow)));
};

function sourceOf(call: WindowsCall): string[] {
  const given = pathsOf(call.args);
  return given.length === 0 ? ['.'] : given;
}

const property: WindowsReader = ({ args }) => {
  const [path = ''] = pathsOf(args);
  const rest = operands(args).filter((one) => one !== path);
  const name = parameter(args, 'Name', 2) ?? rest[0] ?? '';
  return isRegistry(path) ? writesKey(path, name) : [];
};

const renames: WindowsReader = ({ args }) => {
  const [from = ''] = pathsOf(args);
  const to = parameter(args, 'NewName', 2) ?? operands(args).filter((one) => one !== from)[0];
  if (isRegistry(from)) return writesKey(from);
  const folder = /^.*[\\/]/.exec(from)?.[0] ?? '';
  return [...writing(from), ...(to === undefined ? [] : holding(writing(/[\\/]/.test(to) ? to : folder + to), from))];
};

const unpacks: WindowsReader = ({ args }) => {
  const [from] = pathsOf(args);
  const stem = from?.replace(/^.*[\\/]/, '').replace(/\.\w+$/, '') ?? '';
  const to = parameter(args, 'DestinationPath', 3) ?? operands(args).filter((one) => one !== from)[0] ?? stem;
  return [...(from === undefined ? [] : reading(from)), ...(to === '' ? [] : holding(writing(`${to.replace(/[\\/]+$/, '')}/*`), from))];
};

const writesFile: WindowsReader = ({ args }) => pathsOf(args).flatMap((path) => (isRegistry(path) ? writesKey(path) : writing(path)));

const copies: WindowsReader = ({ args }) => {
  const [from] = pathsOf(args);
  const to = parameter(args, 'Destination', 2) ?? operands(args).filter((one) => one !== from)[0];
  return [...(from === undefined ? [] : reading(from)), ...(to === undefined ? [] : holding(writing(to), from))];
};

/** A switch of Defender that is put the unsafe way. */
const preference: WindowsReader = ({ args }) => {
  const words = flags(args);
  const off =
    /-disable\w*(?::|\s+)(?:\$?true|1)|-disable\w+\s*(?:-|$)|-exclusion\w+|-mapsreporting\s+(?:0|disabled)|-submitsamplesconsent\s+(?:2|never\w*)|-\w*threatdefaultaction\w*\s+(?:allow|6|noaction)|-puaprotection\s+(?:0|disabled)|-enablecontrolledfolderaccess\s+(?:0|disabled)/;
  return off.test(words) ? [DEFENCE] : [];
};

const fetches: WindowsReader = ({ args }) => {
  const url = args.find((arg) => /^https?:\/\//i.test(arg)) ?? parameter(args, 'Uri', 2);
  const file = parameter(args, 'OutFile', 2) ?? parameter(args, 'Destination', 3);
  const sent: Seen[] = parameter(args, 'InFile', 3) === undefined ? [] : [harm('SHELL_UPLOAD', 'HIGH', { category: 'network' })];
  return [
    ...(url === undefined || url.includes(UNKNOWN) ? [] : [{ see: 'url', url } as const]),
    ...(file === undefined ? [] : writing(file).map((one) => (one.see === 'path' ? { ...one, origin: 'remote' as const } : one))),
    ...sent,
  ];
};

const wmi: WindowsReader = ({ args, before }) => {
  const words = `${flags(args)} ${before === undefined ? '' : flags(before.args)}`;
  if (/win32_shadowcopy/.test(words)) return [harm('SHELL_VOLUME_DESTROY', 'HIGH', { operation: 'delete' })];
  return /win32_process/.test(words) || /\bcreate\b/.test(words) ? [harm('SHELL_HATCH', 'HIGH')] : [];
};

const service: WindowsReader = ({ args, before }) => {
  const words = `${flags(args)} ${before === undefined ? '' : flags(before.args)}`;
  return /-startuptype\s+disabled|-status\s+stopped/.test(words) || !/-startuptype/.test(words) ? stopsService(words) : [];
};

/** Cmdlets of Windows PowerShell and PowerShell 7 by what they do. */
export const CMDLETS: Readonly<Record<string, WindowsReader>> = {
  'remove-item': removeItem,
  'clear-content': ({ args }) => pathsOf(args).flatMap(writing),
  'clear-item': writesFile,
  'set-content': writesFile,
  'add-content': writesFile,
  'out-file': writesFile,
  'tee-object': writesFile,
  'new-item': (call) => writesFile(call),
  'rename-item': renames,
  'expand-archive': unpacks,
  'copy-item': copies,
  'move-item': copies,
  'get-content': ({ args }) => pathsOf(args).flatMap(reading),
  'set-itemproperty': property,
  'new-itemproperty': property,
  'remove-itemproperty': ({ args }) => pathsOf(args).flatMap((path) => (isRegistry(path) ? deletesKey(path, false) : [])),
  'set-mppreference': preference,
  'add-mppreference': preference,
  'remove-mppreference': when(/-attacksurface/, DEFENCE),
  'uninstall-windowsfeature': when(/defender/, DEFENCE),
  'remove-windowsfeature': when(/defender/, DEFENCE),
  'disable-windowsoptionalfeature': when(/defender/, DEFENCE),
  'set-netfirewallprofile': when(/-enabled\s+(?:\$?false|0)|-defaultinboundaction\s+allow/, DEFENCE),
  'disable-netfirewallrule': always(DEFENCE),
  'remove-netfirewallrule': always(harm('SHELL_FIREWALL_OPEN', 'MEDIUM')),
  'new-netfirewallrule': when(/-action\s+allow/, harm('SHELL_FIREWALL_OPEN', 'MEDIUM')),
  'set-executionpolicy': ({ args }) => (/bypass|unrestricted/i.test(args.join(' ')) && !/-scope\s+process/i.test(args.join(' ')) ? [DEFENCE] : []),
  'new-service': always(PERSISTS),
  'register-scheduledtask': always(PERSISTS),
  'set-scheduledtask': always(PERSISTS),
  'register-scheduledjob': always(PERSISTS),
  'new-scheduledtask': always(harm('SHELL_PERSISTENCE', 'MEDIUM')),
  'unregister-scheduledtask': always(harm('SHELL_SCHEDULE_DELETE', 'MEDIUM')),
  'disable-scheduledtask': ({ args }) => (GUARDIANS.test(args.join(' ')) ? [DEFENCE] : []),
  'register-wmievent': always(PERSISTS),
  'set-wmiinstance': when(/__eventfilter|consumer/, PERSISTS),
  'stop-service': service,
  'set-service': service,
  'remove-service': service,
  'suspend-service': service,
  'stop-process': ({ args }) => [GUARDIANS.test(args.join(' ')) ? DEFENCE : harm('SHELL_KILL', 'MEDIUM')],
  'clear-eventlog': always(LOGS),
  'remove-eventlog': always(LOGS),
  'limit-eventlog': always(LOGS),
  'wevtutil-cl': always(LOGS),
  'clear-history': always(harm('SHELL_HISTORY_CLEAR', 'HIGH', { operation: 'delete' })),
  'set-psreadlineoption': when(/-historysavestyle\s+savenothing/, harm('SHELL_HISTORY_CLEAR', 'HIGH')),
  'new-localuser': always(ACCOUNT),
  'set-localuser': always(ACCOUNT),
  'add-localgroupmember': always(ACCOUNT),
  'enable-localuser': always(ACCOUNT),
  'new-aduser': always(ACCOUNT),
  'add-adgroupmember': always(ACCOUNT),
  'set-adaccountpassword': always(ACCOUNT),
  'remove-localuser': always(harm('SHELL_ACCOUNT_DELETE', 'HIGH', { operation: 'delete' })),
  'remove-aduser': always(harm('SHELL_ACCOUNT_DELETE', 'HIGH', { operation: 'delete' })),
  'format-volume': always(FORMATS),
  'clear-disk': always(FORMATS),
  'initialize-disk': always(FORMATS),
  'remove-partition': always(harm('SHELL_PARTITION', 'HIGH', { operation: 'delete' })),
  'remove-vm': always(harm('SHELL_VOLUME_DESTROY', 'HIGH', { operation: 'delete' })),
  'disable-computerrestore': always(DEFENCE),
  'disable-bitlocker': always(DEFENCE),
  'vssadmin-delete': always(FORMATS),
  'stop-computer': always(STOPS),
  'restart-computer': always(STOPS),
  'remove-wmiobject': wmi,
  'remove-ciminstance': wmi,
  'invoke-wmimethod': wmi,
  'invoke-cimmethod': wmi,
  'invoke-webrequest': fetches,
  'invoke-restmethod': fetches,
  'start-bitstransfer': fetches,
  'enable-psremoting': always(harm('SHELL_FIREWALL_OPEN', 'HIGH')),
  'new-pssession': always(harm('SHELL_HATCH', 'MEDIUM')),
  'out-minidump': always(DUMPS),
  'invoke-mimikatz': always(DUMPS),
  'invoke-bloodhound': always(harm('PATH_SECRET', 'HIGH', { detector: 'path', operation: 'read' })),
  'install-adserviceaccount': always(ACCOUNT),
  'new-smbshare': always(harm('SHELL_PERMISSIONS', 'HIGH')),
  'grant-smbshareaccess': when(/everyone/, harm('SHELL_PERMISSIONS', 'HIGH')),
  'set-smbserverconfiguration': when(/-enablesmb1protocol\s+\$?true|-requiresecuritysignature\s+\$?false|-encryptdata\s+\$?false/, DEFENCE),
  'import-module': ({ args }) =>
    args.some((arg) => /^(?:\\\\|\/\/)[\w.-]+[\\/]/.test(arg)) ? [harm('SHELL_REMOTE_EXECUTE', 'HIGH', { category: 'network' })] : [],
  'remove-adobject': always(harm('SHELL_ACCOUNT_DELETE', 'HIGH', { operation: 'delete' })),
  'remove-adgroup': always(harm('SHELL_ACCOUNT_DELETE', 'HIGH', { operation: 'delete' })),
  'remove-adcomputer': always(harm('SHELL_ACCOUNT_DELETE', 'HIGH', { operation: 'delete' })),
  'remove-azresourcegroup': always(harm('SERVICE_DESTROY', 'HIGH', { operation: 'delete', category: 'network' })),
  'remove-azvm': always(harm('SERVICE_DESTROY', 'HIGH', { operation: 'delete', category: 'network' })),
  'remove-azstorageaccount': always(harm('SERVICE_DESTROY', 'HIGH', { operation: 'delete', category: 'network' })),
  'remove-azkeyvault': always(harm('SERVICE_DESTROY', 'HIGH', { operation: 'delete', category: 'network' })),
  'remove-azsqldatabase': always(harm('SERVICE_DESTROY', 'HIGH', { operation: 'delete', category: 'network' })),
  'remove-s3bucket': always(harm('SERVICE_DESTROY', 'HIGH', { operation: 'delete', category: 'network' })),
  'remove-ec2instance': always(harm('SERVICE_DESTROY', 'HIGH', { operation: 'delete', category: 'network' })),
  'remove-website': always(harm('SERVICE_DESTROY', 'HIGH', { operation: 'delete' })),
  'clear-recyclebin': when(/-force/, harm('SHELL_DELETE', 'HIGH', { operation: 'delete' })),
  'reset-computermachinepassword': always(ACCOUNT),
  'uninstall-package': always(harm('PACKAGE_REMOVE', 'MEDIUM', { operation: 'delete' })),
  'disable-netadapter': always(harm('SHELL_SERVICE_STOP', 'HIGH', { operation: 'admin' })),
  'remove-netipaddress': always(harm('SHELL_SERVICE_STOP', 'HIGH', { operation: 'admin' })),
  'remove-netroute': always(harm('SHELL_SERVICE_STOP', 'HIGH', { operation: 'admin' })),
  'set-dnsclientserveraddress': always(harm('SHELL_DEFENCE_DISABLE', 'MEDIUM')),
  'invoke-sqlcmd': ({ args }) => {
    const query = parameter(args, 'Query', 2);
    return query === undefined ? [] : [{ see: 'sql', text: query, dialect: 'transactsql' }];
  },
  'set-acl': when(/[a-z]:\\(?:windows|$|\s)/, harm('SHELL_PERMISSIONS', 'HIGH')),
};
