import type { Action } from '../kernel/action.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import { sessionLedger } from '../kernel/ledger.ts';
import type { World } from '../kernel/world.ts';

/** What an outside policy language is told about an action: plain JSON, the same facts conditions read. Integers stay integers. */
export function outsideFacts(action: Action, world: World): JsonObject {
  const { facts, claims } = action;
  const ledger = sessionLedger(action, world);
  const team = world.agents.get(action.agent)?.registered.team;
  const at = new Date(action.at);
  return {
    name: action.name,
    kind: action.kind,
    agent: action.agent,
    session: action.session,
    tenant: action.tenant,
    door: action.door,
    args: action.args,
    claims: { ...claims },
    category: facts.categories[0] ?? 'unknown',
    categories: facts.categories,
    operation: facts.operations[0] ?? '',
    operations: facts.operations,
    paths: facts.paths.map((file) => file.path),
    hosts: facts.hosts,
    urls: facts.urls.map((url) => url.url),
    commands: facts.commands.map((command) => ({ bin: command.bin, argv: command.argv, dynamic: command.dynamic })),
    tables: facts.tables,
    recipients: facts.recipients,
    amounts: facts.amounts,
    findings: action.findings.map((finding) => ({ code: finding.code, detector: finding.detector, risk: finding.risk })),
    at: action.at,
    hour: at.getUTCHours(),
    weekday: at.getUTCDay(),
    steps: ledger ? ledger.spent.steps + ledger.reserved.steps : 0,
    toolCalls: ledger ? ledger.spent.toolCalls + ledger.reserved.toolCalls : 0,
    spentUsdMicros: ledger ? ledger.spent.usdMicros + ledger.reserved.usdMicros : 0,
    ...(team === undefined ? {} : { team }),
  } satisfies Record<string, Json>;
}
