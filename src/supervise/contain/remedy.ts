import { existsSync, readFileSync } from 'node:fs';
import type { LevelsFound } from './levels.ts';

/** What the machine says of itself where a level does not work. */
export interface MachineFacts {
  readonly platform: string;
  readonly root: boolean;
  /** /proc/sys/kernel/apparmor_restrict_unprivileged_userns (Ubuntu 23.10 and later). */
  readonly appArmorRestricts: boolean;
  /** /proc/sys/kernel/unprivileged_userns_clone is 0 (Debian before 11). */
  readonly cloneForbidden: boolean;
  /** /proc/sys/user/max_user_namespaces is 0. */
  readonly noUserNamespaces: boolean;
  readonly inContainer: boolean;
}

export function machineFacts(): MachineFacts {
  return {
    platform: process.platform,
    root: process.geteuid?.() === 0,
    appArmorRestricts: read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1',
    cloneForbidden: read('/proc/sys/kernel/unprivileged_userns_clone') === '0',
    noUserNamespaces: read('/proc/sys/user/max_user_namespaces') === '0',
    inContainer: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
  };
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

/** What to do for a firmer level, where something can be done; null at the firmest. */
export function remedyFor({ chosen, helper }: LevelsFound, facts: MachineFacts): string | null {
  if (chosen !== null && chosen.level >= 2) return null;
  if (facts.platform !== 'linux') return 'Run the agent on Linux: other systems have no PID namespaces.';
  const machine = ofMachine(facts);
  if (!('why' in helper)) return machine ?? 'Run `aegis run` as root.';
  const tools = 'install util-linux (`setpriv`, `unshare`, `setsid`) or bubblewrap, which hold a PID namespace too';
  return [`Install Aegis anew: ${helper.why}. Or ${tools}.`, ...(machine === null ? [] : [machine])].join(' ');
}

/** What the machine forbids, and how to allow it. */
function ofMachine(facts: MachineFacts): string | null {
  if (facts.inContainer)
    return 'Start this container with `--security-opt seccomp=unconfined --security-opt systempaths=unconfined`, or with `--privileged`.';
  if (facts.appArmorRestricts && !facts.root)
    return 'Allow namespaces to programs of users: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`. Or run `aegis run` as root.';
  if (facts.cloneForbidden) return 'Allow namespaces to users: `sudo sysctl -w kernel.unprivileged_userns_clone=1`.';
  if (facts.noUserNamespaces) return 'Allow namespaces of users: `sudo sysctl -w user.max_user_namespaces=10000`.';
  return null;
}
