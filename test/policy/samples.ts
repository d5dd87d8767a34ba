import type { Action } from '../../src/kernel/action.ts';
import type { Policy } from '../../src/kernel/policy.ts';
import type { World } from '../../src/kernel/world.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import type { Fault } from '../../src/policy/fault.ts';
import type { Resolve } from '../../src/policy/resolve.ts';

export const WORLD: World = emptyWorld();

const HEAD = 'apiVersion: aegis.dev/v1\nkind: Policy\nmetadata: { name: test }\ndefault: allow\n';
/** Lines before the text of `document(…)`. */
export const HEAD_LINES = 4;

export function document(rest: string): string {
  return HEAD + rest;
}

/** Files by path; a path that is not there cannot be read. */
export function files(contents: Readonly<Record<string, string | Uint8Array>>): Resolve {
  return (path) => {
    const found = Object.hasOwn(contents, path) ? contents[path] : undefined;
    if (found === undefined) throw new Error('no such file');
    return typeof found === 'string' ? { text: found } : { bytes: found };
  };
}

export async function compiled(text: string, resolve: Resolve = files({})): Promise<Policy> {
  const result = await compilePolicy(text, resolve);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.policy;
}

export async function faults(text: string, resolve: Resolve = files({})): Promise<readonly Fault[]> {
  const result = await compilePolicy(text, resolve);
  return result.ok ? [] : result.faults;
}

export function action(part: Partial<Record<keyof Action, unknown>> = {}): Action {
  return {
    id: 'x1',
    tenant: 't',
    agent: 'a1',
    session: 's1',
    kind: 'tool',
    name: 'read_thing',
    args: {},
    argsDigest: 'e'.repeat(64),
    claims: {},
    traces: [],
    findings: [],
    facts: { categories: ['unknown'], operations: [], commands: [], paths: [], urls: [], hosts: [], tables: [], recipients: [], amounts: [] },
    door: 'lab',
    enforcement: 'enforcing',
    at: Date.UTC(2026, 10, 21, 10),
    ...part,
  } as unknown as Action;
}

export const MANIFEST = {
  schema: 'aegis.dev/manifest/v0.1',
  name: 'research',
  version: '1.0.0',
  publisher: 'acme',
  permissions: { tools: ['look_up'] },
};
