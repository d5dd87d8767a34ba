import type { Action } from '../../src/kernel/action.ts';
import type { Policy } from '../../src/kernel/policy.ts';
import type { World } from '../../src/kernel/world.ts';
import { emptyWorld } from '../../src/kernel/world.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import type { Fault } from '../../src/policy/fault.ts';
import type { Resolve } from '../../src/policy/resolve.ts';
import { action as sampleAction } from '../kernel/samples.ts';

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

/** An action as a policy's cases make it. */
export function action(part: Partial<Record<keyof Action, unknown>> = {}): Action {
  return sampleAction({ door: 'lab', enforcement: 'enforcing', ...part });
}

export const MANIFEST = {
  schema: 'aegis.dev/manifest/v0.1',
  name: 'research',
  version: '1.0.0',
  publisher: 'acme',
  permissions: { tools: ['look_up'] },
};
