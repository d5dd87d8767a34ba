import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { NamedFile } from '../../src/kernel/named-file.ts';
import { running } from '../api/daemon.ts';
import type { Running } from '../api/daemon.ts';

export interface Decided {
  readonly effect: string;
  readonly reasons: readonly { readonly code: string; readonly rule: string; readonly message: string }[];
  readonly ask?: { readonly approval: string };
}

export interface Stage {
  readonly daemon: Running;
  readonly folder: string;
  readonly key: string;
  write(name: string, text: string): void;
  /** A command in the stage's folder; the policy asks about every one of them. */
  propose(command: string, id?: string, cwd?: string | null): Promise<Decided>;
  grant(approval: string, terms?: object): Promise<Decided>;
  files(approval: string): Promise<readonly NamedFile[]>;
  fetch(id: string, wait?: number): Promise<Decided>;
}

const POLICY = `apiVersion: aegis.dev/v1
kind: Policy
metadata: { name: asks }
default: allow
agents:
  bot: { review: [bash, deploy, write_file], allow: [look] }
`;

export async function stage(context: TestContext): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'aegis-files-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const policy = join(folder, '.policy.yaml');
  writeFileSync(policy, POLICY);
  const daemon = await running(context, { config: { policy } });
  const key = await daemon.agent('bot');
  const decided = async (method: string, path: string, terms: { key: string; body?: unknown }): Promise<Decided> => {
    const { status, body, text } = await daemon.ask(method, path, terms);
    assert.equal(status, 200, text);
    return body as unknown as Decided;
  };
  let next = 0;
  return {
    daemon,
    folder,
    key,
    write: (name, text) => writeFileSync(join(folder, name), text),
    propose: (command, id = `a-${String(next++)}`, cwd = folder) =>
      decided('POST', '/v1/actions', {
        key,
        body: { id, session: 's', kind: 'process', name: 'bash', args: { command }, ...(cwd === null ? {} : { cwd }) },
      }),
    grant: (approval, terms = {}) => decided('POST', `/v1/approvals/${approval}/grant`, { key: daemon.admin, body: { reason: 'ok', ...terms } }),
    files: async (approval) => {
      const { body } = await daemon.ask('GET', `/v1/approvals/${approval}`, { key: daemon.admin });
      return (body['files'] ?? []) as readonly NamedFile[];
    },
    fetch: async (id, wait = 0) => {
      const { body } = await daemon.ask('GET', `/v1/actions/${id}?wait=${String(wait)}`, { key });
      return body['decision'] as Decided;
    },
  };
}

export function approvalOf(decision: Decided): string {
  assert.equal(decision.effect, 'ask', JSON.stringify(decision.reasons));
  return decision.ask?.approval ?? '';
}

/** What the decision says of files. */
export const because = ({ reasons }: Decided): string => reasons.find(({ rule }) => rule === 'files')?.message ?? '';
