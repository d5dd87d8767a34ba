import type { Principal } from '../gate/nouns.ts';
import { PAYLOAD_READERS } from '../kernel/role.ts';

/** Whether somebody may read what lies beside the log: those who may export it, and an agent what it said itself (LOG-34). */
export function readsPayloads(principal: Principal, agent: string | undefined): boolean {
  return principal.role === 'agent' ? principal.agent === agent : (PAYLOAD_READERS as readonly string[]).includes(principal.role);
}
