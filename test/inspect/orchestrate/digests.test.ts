import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { createInspect } from '../../../src/inspect/create-inspect.ts';
import { inspectWork } from '../../../src/inspect/inspected.ts';
import type { Work } from '../../../src/inspect/inspected.ts';
import { readPrints, readTraces } from '../../../src/inspect/trace/trace.ts';

const inspect = await createInspect();
const digestOf = (text: string): string => `sha256:${hash('sha256', text, 'hex')}`;

test('[INSPECT-1] a digest an integration took itself adds nothing to what is read of the rest', () => {
  for (let at = 0; at < 300; at++) {
    const rest = { model: 'gpt-4o-mini', tools: at, note: 'ask ann@example.org' };
    const subject = { kind: 'model', name: 'model:gpt-4o-mini' } as const;
    const [plain, digested] = [
      inspect({ ...subject, args: { ...rest, prompt: 'nothing' } }),
      inspect({ ...subject, args: { ...rest, prompt: digestOf(String(at)) }, digests: ['/prompt'] }),
    ];
    assert.deepEqual(digested, plain);
  }
});

test('[INSPECT-1] what is named a digest and is none is read like anything else', () => {
  for (const value of ['rm -rf /', `${digestOf('a')} ; rm -rf /`, digestOf('a').toUpperCase(), `sha256:${'a'.repeat(63)}`]) {
    const args = { command: value };
    const subject = { kind: 'tool', name: 'shell', args } as const;
    assert.deepEqual(inspect({ ...subject, digests: ['/command'] }), inspect(subject), value);
    assert.deepEqual(inspectWork({ type: 'action', subject: { ...subject, digests: ['/command'] } }, inspect).reading, inspect(subject), value);
  }
  const elsewhere = { kind: 'tool', name: 'shell', args: { command: 'rm -rf /', digest: digestOf('a') } } as const;
  assert.deepEqual(inspect({ ...elsewhere, digests: ['/digest'] }).findings, inspect(elsewhere).findings);
});

test('[INSPECT-1, TAINT-2] what is remembered of actions that differ in a digest is what each of them says, with its own trace', () => {
  for (let at = 0; at < 400; at++) {
    const digest = digestOf(String(at));
    const rest = [{ tools: at % 3 }, { tools: 0, note: digest }, { tools: 0, unread: { image: 1 } }, { tools: 0, redaction: { read: ['pii'] } }][
      at % 4
    ];
    const args = { model: at % 5 === 0 ? 'AKIAIOSFODNN7EXAMPLE' : 'gpt-4o-mini', prompt: digest, ...rest };
    const subject = { kind: 'model', name: `model:${args.model}`, args, digests: ['/prompt'] };
    const action: Work = { type: 'action', subject };
    assert.deepEqual(inspectWork(action, inspect), { reading: inspect(subject), traces: readTraces(args), prints: [] });
    const result = { text: digest, calls: at % 2 };
    const told = { kind: 'resource', name: 'model:gpt-4o-mini', args: { value: result }, digests: ['/value/text'] };
    const value: Work = { type: 'value', subject: told, source: 'model_output' };
    assert.deepEqual(inspectWork(value, inspect), { reading: inspect(told), traces: [], prints: readPrints(result, 'model_output') });
  }
});
