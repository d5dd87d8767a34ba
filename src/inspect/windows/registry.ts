import type { Seen } from '../shell/call.ts';
import { harm } from '../shell/call.ts';

/** Keys through which something is started later, with the rights of whoever starts it. */
const STARTS =
  /\\(?:currentversion\\(?:run|runonce|runonceex|runservices|runservicesonce|policies\\explorer\\run|explorer\\(?:shell folders|user shell folders)|image file execution options|silentprocessexit|winlogon|app paths|windows\\(?:load|run|appinit_dlls))|active setup\\installed components|command processor|session manager(?:\\(?:bootexecute|appcertdlls|knowndlls))?$|lsa(?:\\|$)|control\\print\\monitors|services\\[^\\]+(?:\\parameters)?$|shell\\open\\command|shell\\runas\\command|shellex\\|inprocserver32|delegateexecute|environment$)/i;
/** Keys that hold a protection. */
const GUARDS =
  /\\(?:windows defender|microsoft antimalware|amsi|policies\\system|systemrestore|windows nt\\systemrestore|firewallpolicy|wdigest|securityproviders|terminal server|safeboot|eventlog|wmi\\autologger|scriptblocklogging|modulelogging|windowsupdate\\au|security center|deviceguard|credentialguard|sysmon\w*)/i;
const HIVES = /\\?(?:hklm|hkey_local_machine)[:\\]*\\?(?:sam|security|system)\\?$/i;

const plain = (key: string): string =>
  key
    .replace(/^["']|["']$/g, '')
    .replaceAll('/', '\\')
    .replace(/^(?:microsoft\.powershell\.core\\)?registry::/i, '')
    .replace(/^(hk\w+):/i, '$1');

export const isRegistry = (text: string): boolean =>
  /^["']?(?:(?:microsoft\.powershell\.core\\)?registry::|hk(?:lm|cu|cr|u|cc)(?::|\\|$)|hkey_)/i.test(text);

export function writesKey(key: string, value = ''): Seen[] {
  const name = `${plain(key)}${value === '' ? '' : `\\${value}`}`;
  if (GUARDS.test(name)) return [harm('SHELL_DEFENCE_DISABLE', 'HIGH', { operation: 'admin', target: key })];
  return STARTS.test(plain(key)) || STARTS.test(name)
    ? [harm('SHELL_PERSISTENCE', 'HIGH', { operation: 'write', target: key })]
    : [harm('SHELL_REGISTRY', 'LOW', { target: key })];
}

export function deletesKey(key: string, tree: boolean): Seen[] {
  const name = plain(key);
  const wide = name.split('\\').filter((part) => part !== '').length <= 2;
  if (GUARDS.test(name)) return [harm('SHELL_DEFENCE_DISABLE', 'HIGH', { operation: 'delete', target: key })];
  return [harm('SHELL_REGISTRY', (wide && tree) || (STARTS.test(name) && tree) ? 'HIGH' : 'MEDIUM', { operation: 'delete', target: key })];
}

export const savesKey = (key: string): Seen[] =>
  HIVES.test(plain(key)) ? [harm('PATH_SECRET', 'HIGH', { detector: 'path', operation: 'read', target: key })] : [];
