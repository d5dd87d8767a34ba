import { bareClient } from '../api/socket/line-client.ts';
import { doorContract, type Asked, type Doorway, type Verdict } from './door.contract.ts';

const OWN = { look: 'look', pay: 'pay', wipe: 'wipe' } as const;

doorContract({
  name: 'HTTP',
  calls: OWN,
  async propose(aegis, key, { id, session, name, args }) {
    const { body, text } = await aegis.ask('POST', '/v1/actions', { key, body: { id, session, name, args } });
    return { verdict: effectVerdict(body['effect']), said: text };
  },
});

doorContract({
  name: 'the local socket',
  calls: OWN,
  async propose(aegis, key, { id, session, name, args }) {
    const client = await bareClient(aegis.daemon.socket ?? '');
    client.raw(`${JSON.stringify({ aegis: 1, key })}\n`);
    const { body } = await client.ask('POST', '/v1/actions', { id, session, name, args });
    client.socket.destroy();
    return { verdict: effectVerdict(body['effect']), said: JSON.stringify(body) };
  },
});

const BATCH: Doorway = {
  name: 'HTTP batch',
  calls: OWN,
  async propose(aegis, key, { id, session, name, args }) {
    const { body, text } = await aegis.ask('POST', '/v1/actions/batch', { key, body: { actions: [{ id, session, name, args }] } });
    const [decision] = (body['decisions'] ?? []) as readonly { effect?: unknown }[];
    return { verdict: effectVerdict(decision?.effect), said: text };
  },
};
doorContract(BATCH);

const HANDSHAKE = { look: 'api_call', pay: 'compute', wipe: 'gas_budget' } as const;

doorContract({
  name: 'handshake',
  calls: HANDSHAKE,
  async propose(aegis, key, { id, session, name, args }: Asked) {
    const resource_type = HANDSHAKE[name as keyof typeof HANDSHAKE];
    const body = { agent_id: 'a1', request_id: id, session_id: session, task_intent: 'do it', resource_type, estimated_cost_usd: 0, metadata: args };
    const answer = await aegis.ask('POST', '/api/v1/request-permission', { key, body });
    const words: Readonly<Record<string, Verdict>> = { GRANTED: 'runs', PENDING: 'waits' };
    return { verdict: words[String(answer.body['status'])] ?? 'refused', said: answer.text };
  },
});

/** Events of a session are numbered; each session of a test counts for itself. */
const sent = new Map<string, number>();

doorContract({
  name: 'event ingest',
  calls: OWN,
  async propose(aegis, key, { id, session, name, args }) {
    const counter = `${aegis.folder}/${session}`;
    const seq = sent.get(counter) ?? 0;
    const payload = { call_id: id, tool_name: name, args };
    const { status, body, text } = await aegis.ask('POST', '/v1/events', {
      key,
      body: { tenant_id: 'default', session_id: session, seq, event_type: 'TOOL_CALL_PROPOSED', payload },
    });
    if (status < 300) sent.set(counter, seq + 1);
    const decision = body['decision'] as { outcome?: unknown } | undefined;
    return { verdict: decision?.outcome === 'ALLOW' ? 'runs' : decision?.outcome === 'REQUIRE_APPROVAL' ? 'waits' : 'refused', said: text };
  },
});

function effectVerdict(effect: unknown): Verdict {
  if (effect === 'allow' || effect === 'modify') return 'runs';
  return effect === 'ask' || effect === 'defer' ? 'waits' : 'refused';
}

/** Claude Code's hook: `silence` lets a call go on, `ask` is its own question. The door settles nothing here. */
doorContract({
  name: 'hook',
  calls: OWN,
  session: (name) => `claude-code/${name}`,
  async propose(aegis, key, { id, session, name, args }) {
    const body = {
      session_id: session,
      hook_event_name: 'PreToolUse',
      permission_mode: 'default',
      tool_name: name,
      tool_input: args,
      tool_use_id: id,
    };
    const { status, body: said, text } = await aegis.ask('POST', '/v1/hooks/claude-code/PreToolUse', { key, body });
    const decided = (said['hookSpecificOutput'] as { permissionDecision?: string } | undefined)?.permissionDecision;
    const words: Readonly<Record<string, Verdict>> = { allow: 'runs', ask: 'waits' };
    return { verdict: status === 200 && decided === undefined ? 'runs' : (words[decided ?? ''] ?? 'refused'), said: text };
  },
});
