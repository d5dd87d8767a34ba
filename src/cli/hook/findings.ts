import { readFileSync } from 'node:fs';
import type { Finding } from '../finding.ts';
import { connection } from '../connection.ts';
import type { Connection } from '../connection.ts';
import { installations } from '../install/ledger.ts';
import type { LauncherSettings } from './pin.ts';
import { sendCanaries } from './canary.ts';
import type { CanaryResult } from './canary.ts';

/** What `aegis doctor` says about coding agents: a canary for each hook, and an alert entry for each that was not stopped. */
export async function hookFindings(): Promise<readonly Finding[]> {
  const results = await sendCanaries();
  return Promise.all(results.map(finding));
}

async function finding(result: CanaryResult): Promise<Finding> {
  const { state, label, detail } = result;
  const check = 'hook';
  switch (state) {
    case 'protected':
      return { check, state: 'ok', detail: `${label}: protected (advisory): ${detail}` };
    case 'closed':
      return { check, state: 'warn', detail: `${label}: ${detail}`, next: 'Start Aegis: `aegis up`.' };
    case 'unprotected': {
      const recorded = await alert(result);
      const next = recorded
        ? 'Recorded as an alert. Install it again: `aegis hook install`.'
        : 'The alert could not be recorded. Start Aegis, then `aegis doctor` again.';
      return { check, state: 'bad', detail: `${label}: unprotected: ${detail}`, next };
    }
  }
}

/** With a person's login, or with the hook's own key where nobody is logged in. */
async function alert({ harness, label, detail, agent }: CanaryResult): Promise<boolean> {
  for (const open of [() => connection(), () => ownConnection(label)]) {
    try {
      await open().post('/v1/canaries', { harness, agent, detail: `${label}: ${detail}`.slice(0, 1024) });
      return true;
    } catch {
      // The next one may; that none could is said.
    }
  }
  return false;
}

function ownConnection(label: string): Connection {
  const { settings = '' } = installations().find((one) => one.label === label)?.detail ?? {};
  return connection(JSON.parse(readFileSync(settings, 'utf8')) as LauncherSettings);
}
