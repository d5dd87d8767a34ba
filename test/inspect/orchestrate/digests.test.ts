import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { createInspect } from '../../../src/inspect/create-inspect.ts';

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
  }
  const elsewhere = { kind: 'tool', name: 'shell', args: { command: 'rm -rf /', digest: digestOf('a') } } as const;
  assert.deepEqual(inspect({ ...elsewhere, digests: ['/digest'] }).findings, inspect(elsewhere).findings);
});
