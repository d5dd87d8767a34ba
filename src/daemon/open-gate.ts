import { createGate } from '../gate/create-gate.ts';
import type { Gate } from '../gate/gate.ts';
import { processTimers } from '../gate/timers.ts';
import { createInspect } from '../inspect/create-inspect.ts';
import { openFileReader } from './files/file-reader.ts';
import { openInspectPool } from './inspect-pool.ts';
import type { LogStore } from '../log/store.ts';
import { compilePolicy } from '../policy/compile.ts';
import { VERSION } from '../version.ts';
import { policyFileReader } from './policy-files.ts';
import type { PolicyText } from './policy-files.ts';
import { systemClock, systemRandom, uuidv7 } from './runtime.ts';

/** Where the daemon's own faults are told; never to a client. */
export type OnFault = (fault: { readonly what: string; readonly error: unknown }) => void;

export interface GateParts {
  readonly store: LogStore;
  readonly policy: PolicyText;
  readonly onFault: OnFault;
}

export async function openGate({ store, policy, onFault }: GateParts): Promise<Gate> {
  const inspect = await createInspect();
  const pool = openInspectPool({ inspect, timers: processTimers, onFault });
  const reader = openFileReader({ timers: processTimers });
  const gate = await createGate({
    store,
    clock: systemClock,
    timers: processTimers,
    random: systemRandom,
    ids: uuidv7(systemClock, systemRandom),
    inspect,
    inspectAside: pool.inspectAside,
    readFiles: reader.readFiles,
    policies: {
      compile: compilePolicy,
      resolve: policyFileReader(policy.base),
      initial: policy.text,
    },
    version: VERSION,
    onFault: ({ what, error }) => onFault({ what, error }),
  });
  return {
    ...gate,
    close: async () => {
      await gate.close();
      await pool.close();
      await reader.close();
    },
  };
}
