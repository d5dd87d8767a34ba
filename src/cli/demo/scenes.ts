import { setTimeout as pause } from 'node:timers/promises';
import { PROMPTS } from '../../../examples/bank/script.ts';
import { STAFF, type Staff } from '../../../examples/bank/staff.ts';
import type { Stage } from './stage.ts';

/** One thing that must happen, and whether the log says it did. */
export interface Scene {
  readonly title: string;
  readonly held: boolean;
  readonly detail: string;
}

interface Recorded {
  readonly name: string;
  readonly effect: string;
  readonly reasons: readonly { readonly code: string }[];
}

function staffOf(id: string): Staff {
  const found = STAFF.find((staff) => staff.id === id);
  if (found === undefined) throw new RangeError(`no such agent: ${id}`);
  return found;
}

async function actionsOf(stage: Stage, session: string): Promise<readonly Recorded[]> {
  return ((await stage.admin.get('/v1/actions', { session, limit: 50 })) as { actions: readonly Recorded[] }).actions;
}

/** Fraud Detection wants to file a loan; the call waits, another terminal grants exactly those bytes, the call goes on. */
export async function approvalScene(stage: Stage): Promise<Scene> {
  const session = 'fraud-detection-approval';
  const running = stage.agent(staffOf('fraud-detection'), { prompt: PROMPTS.approval, session, askTimeoutMs: 60_000 });
  const approval = await waiting(stage, session);
  const granted = approval === undefined ? { code: 1 } : await stage.aegis('approvals', 'grant', approval, '--reason', 'the customer sits here');
  const finished = await running;
  const [last] = await actionsOf(stage, session);
  const held = granted.code === 0 && finished.code === 0 && last?.effect === 'allow';
  return {
    title: 'A person grants one held call from another terminal',
    held,
    detail: `aegis approvals grant ${approval ?? '(none came)'} → ${last?.effect ?? 'nothing'}`,
  };
}

async function waiting(stage: Stage, session: string): Promise<string | undefined> {
  for (let tries = 0; tries < 600; tries++) {
    const { approvals } = (await stage.admin.get('/v1/approvals')) as { approvals: readonly { approval: string; session: string }[] };
    const found = approvals.find((one) => one.session === session);
    if (found !== undefined) return found.approval;
    await pause(100);
  }
  return undefined;
}

/** Marketing Outreach is halted: the next call is refused. Resumed: the same call goes through. */
export async function haltScene(stage: Stage): Promise<Scene> {
  const staff = staffOf('marketing-outreach');
  await stage.aegis('halt', 'agent', staff.id, '--reason', 'demo: stop it');
  await stage.agent(staff, { prompt: PROMPTS.halted, session: 'marketing-halted', askTimeoutMs: 0 });
  const [refused] = await actionsOf(stage, 'marketing-halted');
  await stage.aegis('resume', 'agent', staff.id, '--reason', 'demo: go on');
  await stage.agent(staff, { prompt: PROMPTS.halted, session: 'marketing-resumed', askTimeoutMs: 0 });
  const [allowed] = await actionsOf(stage, 'marketing-resumed');
  const held = refused?.effect === 'deny' && refused.reasons.some(({ code }) => code === 'HALTED') && allowed?.effect === 'allow';
  return {
    title: 'An agent is halted, then resumed',
    held,
    detail: `halted → ${refused?.effect ?? 'nothing'} ${refused?.reasons[0]?.code ?? ''}, resumed → ${allowed?.effect ?? 'nothing'}`,
  };
}

/** A stranger's memo tells Customer Support to send a link; the tool is allowed, the link is not the user's: denied. */
export async function injectionScene(stage: Stage): Promise<Scene> {
  const session = 'customer-support-injection';
  await stage.agent(staffOf('customer-support'), { prompt: PROMPTS.injection, session, askTimeoutMs: 0 });
  const actions = await actionsOf(stage, session);
  const read = actions.find(({ name }) => name === 'get_transaction_history');
  const sent = actions.find(({ name }) => name === 'send_notification');
  const caught = sent?.effect === 'deny' && sent.reasons.some(({ code }) => code === 'TAINTED_TO_HIGH_RISK');
  return {
    title: 'An injection is caught by where the link came from',
    held: read?.effect === 'allow' && caught,
    detail: `send_notification → ${sent?.effect ?? 'nothing'} ${sent?.reasons.map(({ code }) => code).join(' ') ?? ''}`,
  };
}
