import { AegisError } from '../../errors.ts';
import type { Proposal } from '../../gate/nouns.ts';
import type { Decision } from '../../kernel/decision.ts';
import type { ToolDeclaration } from '../../kernel/finding.ts';
import type { ActionId } from '../../kernel/ids.ts';
import { textOf } from '../../gate/refusal.ts';
import type { ToolCall, Verdict } from './dialect.ts';
import type { Exchange } from './door.ts';
import { UNREADABLE } from './owed-outputs.ts';
import { recordPassed, recordReceived } from './received.ts';
import { restoredCalls, restoredVerdicts } from './restore.ts';
import type { Restore } from './restore.ts';
import { askedKey, rememberAsked, rememberCall, takeAsked } from './session-ledger.ts';

/** The decided set of one answer's calls. */
export interface Decided {
  readonly verdicts: readonly Verdict[];
  /** Calls that may run, by the provider's name. */
  readonly running: readonly { readonly callId: string; readonly action: ActionId }[];
}

/**
 * Decides the calls of one answer as a set, in order, in one append; waits for people and resources up to the door's patience (LLM-4, LLM-8).
 * What cannot be decided is refused; only a broken invariant is thrown.
 */
export async function decideCalls(
  exchange: Exchange,
  terms: {
    calls: readonly ToolCall[];
    names: readonly string[];
    tools: readonly ToolDeclaration[];
    restore: Restore | null;
    signal: AbortSignal;
  },
): Promise<Decided> {
  const { names, tools, restore, signal } = terms;
  const calls = restoredCalls(terms.calls, restore);
  const proposals = calls.map((call, at) => (call.args === null ? null : proposalOf(exchange, call, { tools, at })));
  const readable = proposals.filter((proposal) => proposal !== null);
  const decisions = new Map<ActionId, Decision>();
  try {
    await recordUnreadable(exchange, calls.length - readable.length);
    const received = recordReceived(exchange, { names, calls, actions: proposals.map((proposal) => proposal?.id) });
    const [set] = await Promise.all([readable.length === 0 ? [] : exchange.door.gate.admitAll(readable), received]);
    const held = await Promise.all(set.map((decision, at) => waited(exchange, { decision, proposal: readable[at], signal })));
    for (const decision of held) decisions.set(decision.action, decision);
    await recordPassed(exchange, granted(exchange, set, held));
    rememberOpen(exchange, readable, decisions);
  } catch (error) {
    return { verdicts: calls.map(() => refusedFor(exchange, error)), running: [] };
  }
  const decided = proposals.map((proposal) => verdictOf(proposal === null ? undefined : decisions.get(proposal.id)));
  const verdicts = restoredVerdicts(decided, { came: terms.calls, calls });
  const running = calls.flatMap(({ id }, at) => {
    const proposal = proposals[at];
    return proposal === null || proposal === undefined || verdicts[at]?.kind === 'refuse' ? [] : [{ callId: id, action: proposal.id }];
  });
  return { verdicts, running };
}

type Placed = Proposal & { readonly id: ActionId };

function proposalOf(
  { door, caller, session, action, dialect }: Exchange,
  call: ToolCall,
  { tools, at }: { tools: readonly ToolDeclaration[]; at: number },
): Placed {
  const declaration = tools.find(({ name }) => name === call.name);
  const again = takeAsked(door.ledger.of(caller, session), askedKey(call.name, door.digestOf(call.args ?? {})));
  return {
    // The answer's own name and the place in it: a provider that repeats a call's name cannot repeat its decision (GATE-3).
    id: again ?? (`${action}.${String(at)}` as ActionId),
    ...caller,
    session,
    parent: action,
    kind: 'tool',
    name: call.name,
    args: call.args ?? {},
    ...(declaration === undefined ? {} : { declaration }),
    claims: {},
    door: 'llm',
    enforcement: call.done === true ? 'advisory' : 'enforcing',
    harness: dialect.name,
  };
}

/** LLM-8: nobody answered yet; when the model asks for the same again it is the same question, and a grant given meanwhile is redeemed. */
function rememberOpen({ door, caller, session }: Exchange, proposals: readonly Placed[], decisions: ReadonlyMap<ActionId, Decision>): void {
  const remembered = door.ledger.of(caller, session);
  for (const { id, name, args } of proposals)
    if (decisions.get(id)?.effect === 'ask') rememberAsked(remembered, askedKey(name, door.digestOf(args)), id);
}

/** What a person was asked about, now or in an answer before, and may run. */
function granted({ action }: Exchange, first: readonly Decision[], final: readonly Decision[]): readonly ActionId[] {
  return final.flatMap((decision, at) => {
    const asked = first[at]?.effect === 'ask' || !decision.action.startsWith(`${action}.`);
    return asked && (decision.effect === 'allow' || decision.effect === 'modify') ? [decision.action] : [];
  });
}

async function recordUnreadable({ door, caller }: Exchange, count: number): Promise<void> {
  const by = { role: 'agent', ...caller } as const;
  for (let at = 0; at < Math.min(count, 16); at++) {
    await door.gate.record(caller.tenant, 'request-refused', { code: 'BODY_INVALID_JSON', door: 'llm' }, by, { agent: caller.agent });
  }
}

/** The same id again finds the same question, and waits for its answer. */
async function waited({ door }: Exchange, terms: { decision: Decision; proposal: Placed | undefined; signal: AbortSignal }): Promise<Decision> {
  const { decision, proposal, signal } = terms;
  if ((decision.effect !== 'ask' && decision.effect !== 'defer') || proposal === undefined || signal.aborted) return decision;
  return door.gate.admit(proposal, door.settings.holdMs, signal);
}

function verdictOf(decision: Decision | undefined): Verdict {
  if (decision === undefined) return { kind: 'refuse', text: UNREADABLE };
  if (decision.effect === 'allow') return { kind: 'pass' };
  if (decision.effect === 'modify') return { kind: 'replace', args: decision.modify.args };
  return { kind: 'refuse', text: textOf(decision) ?? '' };
}

function refusedFor({ door }: Exchange, error: unknown): Verdict {
  if (!(error instanceof AegisError)) door.onFault({ what: 'deciding the calls of an answer', error });
  const { message, code, hint } = error instanceof AegisError ? error : new AegisError('INTERNAL');
  return { kind: 'refuse', text: `Aegis denied this action. ${message} (${code}). ${hint} It has not been done.` };
}

/** The client has the calls: their results are owed. */
export function handOver({ door, caller, session }: Exchange, decided: Decided): void {
  const remembered = door.ledger.of(caller, session);
  for (const { callId, action } of decided.running) rememberCall(remembered, callId, action);
}

/** The client went away before it could have the calls: none of them ran. */
export async function withdraw({ door, caller }: Exchange, decided: Decided): Promise<void> {
  const outcome = { ...caller, status: 'cancelled', usage: {}, source: 'tool_output', trusted: false } as const;
  for (const { action } of decided.running) {
    try {
      await door.gate.settle({ ...outcome, action });
    } catch (error) {
      if (!(error instanceof AegisError)) door.onFault({ what: 'settling a call nobody took', error });
    }
  }
}
