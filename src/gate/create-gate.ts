import { actionGate } from './action-gate.ts';
import type { GateDeps } from './deps.ts';
import type { Gate } from './gate.ts';
import { logGate } from './log-gate.ts';
import { operatorGate } from './operator-gate.ts';
import { openTenants } from './tenant/tenants.ts';
import { toolGate } from './tool-gate.ts';

/**
 * Opens every tenant and starts deciding. Resolves when each world is rebuilt and its `gate-opened` is durable.
 * @throws AegisError STORE_ROLLED_BACK, STORE_CORRUPT, POLICY_INVALID (the initial document), GATE_CLOSED
 */
export async function createGate(deps: GateDeps): Promise<Gate> {
  await deps.checkStore?.();
  const tenants = await openTenants(deps);
  return {
    ...actionGate(tenants.of),
    ...operatorGate(tenants.of),
    ...toolGate(tenants.of),
    ...logGate(tenants),
    close: async () => {
      for (const tenant of tenants.open.values()) await tenant.close();
    },
  };
}
