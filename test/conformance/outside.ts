import { readFileSync } from 'node:fs';
import type { Effect } from '../../src/kernel/decision.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { ActionRow, CaseRow, Pack } from '../../src/lab/conform-case.ts';

interface OutsideTest {
  readonly id: string;
  readonly description: string;
  readonly request: {
    readonly event: { readonly payload: { readonly tool_name: string; readonly args: Readonly<Record<string, unknown>> } };
    readonly snapshot: Readonly<Record<string, unknown>>;
    readonly manifest: JsonObject;
  };
  readonly expect: { readonly outcome: string; readonly reason?: string };
}

const EFFECTS: Readonly<Record<string, Effect>> = { allow: 'allow', deny: 'deny', require_approval: 'ask' };

/** Cases of a manifest gate with an event, a snapshot of counters and a manifest, turned into ours. */
export function outsidePack(file: string): Pack {
  const read = JSON.parse(readFileSync(file, 'utf8')) as unknown;
  const packs = (Array.isArray(read) ? read : Object.values(read as object).find(Array.isArray)) as readonly { readonly tests: readonly OutsideTest[] }[];
  return {
    apiVersion: 'aegis.dev/conformance/v1',
    pack: 'outside',
    description: 'another gate’s cases',
    policy: { default: 'allow', loops: { effect: 'deny' }, taint: { quoted: 'deny' } },
    cases: packs.flatMap((pack) => pack.tests.map(caseOf)),
  };
}

function caseOf({ id, description, request, expect }: OutsideTest): CaseRow {
  const { snapshot } = request;
  const action = actionOf(request.event.payload.tool_name, request.event.payload.args);
  const looping = typeof snapshot['loop_violation'] === 'string' && snapshot['loop_violation'] !== '';
  const tainted = snapshot['is_tainted'] === true;
  const { traces: _traces, ...untraced } = action;
  return {
    id,
    why: description,
    manifest: request.manifest,
    history: [
      { spent: { steps: count(snapshot['steps_consumed']), toolCalls: count(snapshot['tool_calls_consumed']) } },
      ...(looping ? [{ call: { ...action, times: 5 } as unknown as JsonObject }] : []),
      ...(tainted ? [{ content: { source: 'tool_output', quoted: ['T'] } }] : []),
      { wait: count(snapshot['wall_time_ms']) },
    ],
    action: tainted ? action : untraced,
    expect: { effect: EFFECTS[expect.outcome] ?? 'deny', reasons: expect.reason === undefined ? [] : [expect.reason] },
  };
}

function actionOf(name: string, args: Readonly<Record<string, unknown>>): ActionRow {
  const text = (key: string): string => (typeof args[key] === 'string' ? args[key] : '');
  if (name === 'exec') {
    const facts = { categories: ['shell'], operations: ['execute'], commands: [text('cmd')] } as const;
    return { name, facts, traces: [{ pointer: '/cmd', authority: 'command', whole: 'T' }] };
  }
  const access = name.startsWith('read') ? 'read' : 'write';
  const paths = text('path') === '' ? [] : [`${access} ${text('path')}`];
  const urls = text('url') === '' ? [] : [text('url')];
  return { name, facts: { categories: ['file'], operations: [access], paths, urls }, traces: [{ pointer: '/path', authority: 'path', whole: 'T' }] };
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
