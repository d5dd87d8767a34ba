import type { Seen } from '../shell/call.ts';
import { UNKNOWN, harm } from '../shell/call.ts';

/** A folder made anew by building, wherever the project lies. */
const BUILT =
  /(?:^|\/)(?:build|bin|obj|dist|out|target|node_modules|\.next|\.cache|coverage|packages|testresults|artifacts|\.vs|debug|release|publish|venv|\.venv|__pycache__)(?:\/\*?(?:\.\w+)?)?$/;
const TEMPORARY =
  /^(?:%(?:temp|tmp)%|\$env:(?:temp|tmp)|[a-z]:\/(?:temp|tmp)\/|[a-z]:\/windows\/temp\/|[a-z]:\/users\/[^/]+\/appdata\/local\/temp\/)/;
const WHOLE =
  /^(?:(?:%{1,2})?[a-z]:(?:\/(?:\*(?:\.\*)?)?)?|[a-z]:\/(?:windows|users|program files(?: \(x86\))?|programdata|boot|recovery)(?:\/(?:system32\/?)?\*?)?|(?:%systemdrive%|\$env:systemdrive)(?:\/\*?)?|(?:%(?:systemroot|windir|userprofile|homepath|programfiles|programdata|appdata|localappdata)%|\$env:(?:systemroot|windir|userprofile|programfiles|programdata|appdata|localappdata)|\$home|~)(?:\/\*?)?)$/;

/** Written with `/`, in lower case, without the prefixes that mean the same. */
export function plainPath(text: string): string {
  return text
    .replace(/^["']|["']$/g, '')
    .replaceAll('\\', '/')
    .replace(/^\/\/[?.]\/(?=[a-z]:)/i, '')
    .replace(/\$\{env:(\w+)\}/gi, '$env:$1')
    .replace(/\/{2,}/g, '/')
    .replace(/(.)\/$/, '$1/')
    .toLowerCase();
}

/** What deleting it means. A relative path is the project's, and an unknown name is recorded only. */
export function deleting(text: string, tree: boolean): Seen[] {
  const path = plainPath(text);
  if (/^(?:hk(?:lm|cu|cr|u|cc)|registry::.*|hkey_\w+):?\//.test(path)) return [];
  if (path === '' || (path !== '~' && path.replaceAll(UNKNOWN, '').length < 2))
    return tree ? [harm('SHELL_RECURSIVE_DELETE', 'MEDIUM', { operation: 'delete', category: 'file' })] : [];
  const more = { operation: 'delete', category: 'file', target: text } as const;
  if (WHOLE.test(path)) return [harm('SHELL_RECURSIVE_DELETE', tree || /\*$|^[a-z]:\/?$/.test(path) ? 'CRITICAL' : 'HIGH', more)];
  if (TEMPORARY.test(path)) return [];
  const absolute = /^(?:[a-z]:\/|\/\/|%\w+%|\$env:\w|\$home|~)/.test(path);
  if (!absolute || BUILT.test(path))
    return path.includes('../../..') && tree
      ? [harm('SHELL_RECURSIVE_DELETE', 'HIGH', more)]
      : [{ see: 'path', path: { text, glob: false }, access: 'delete' }];
  const system =
    /^(?:[a-z]:\/(?:windows|program files|programdata|boot)|%(?:systemroot|windir|programfiles)|\$env:(?:systemroot|windir|programfiles))/.test(path);
  if (tree || system || /\*/.test(path)) return [harm(tree ? 'SHELL_RECURSIVE_DELETE' : 'SHELL_DELETE', 'HIGH', more)];
  return [{ see: 'path', path: { text, glob: false }, access: 'delete' }];
}

/** Places from which Windows starts what lies there. */
const STARTS =
  /\/start menu\/programs\/startup\/|\/windows\/system32\/(?:tasks|drivers|grouppolicy|wbem)\/|\/windows\/tasks\/|\/(?:microsoft\.)?powershell_profile\.ps1$|\/profile\.ps1$|^\$profile|\/windows(?: )?\/system32\/|\/windows\/syswow64\//;

export function writing(text: string): Seen[] {
  const path = plainPath(text);
  if (path === '' || path.startsWith('-')) return [];
  const later: Seen[] = STARTS.test(path) ? [harm('SHELL_PERSISTENCE', 'HIGH', { operation: 'write', target: text })] : [];
  return [...later, { see: 'path', path: { text, glob: false }, access: 'write' }];
}

const CREDENTIALS =
  /\/windows\/(?:system32|repair)\/config\/(?:sam|security|system)\b|\/ntds\.dit$|\/config\/regback\/|\/microsoft\/(?:credentials|protect|vault)\/|\/(?:login data|logins\.json|key4\.db)$|unattend(?:ed)?\.xml$|sysprep\.(?:inf|xml)$|\/consolehost_history\.txt$/;

export function reading(text: string): Seen[] {
  const path = plainPath(text);
  if (path === '' || path.startsWith('-')) return [];
  const secret: Seen[] = CREDENTIALS.test(path)
    ? [harm('PATH_SECRET', 'HIGH', { detector: 'path', operation: 'read', category: 'file', target: text })]
    : [];
  return [...secret, { see: 'path', path: { text, glob: false }, access: 'read' }];
}

/** What is written holds what another file held. */
export const holding = (seen: readonly Seen[], from: string | undefined): Seen[] =>
  seen.map((one) => (one.see === 'path' && from !== undefined ? { ...one, from: [{ text: plainPath(from), glob: false }] } : one));
