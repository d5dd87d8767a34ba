import { AegisError } from '../../errors.ts';
import type { Actor } from '../../kernel/entry.ts';
import type { Digest, EntryIndex } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Policy } from '../../kernel/policy.ts';
import { count } from '../../kernel/words/units.ts';
import type { Fault } from '../../policy/fault.ts';
import { canonicalBytes } from '../../wire/jcs.ts';
import type { WriteBatch } from '../queue/write-batch.ts';
import { ok } from '../queue/operation.ts';
import type { Principal } from '../nouns.ts';
import { actorOf, operatorOf } from '../principal.ts';
import type { Tenant } from './tenant.ts';
import type { PolicySource } from '../deps.ts';
import { parseOwn } from '../input.ts';
import { handedOver } from '../../policy/resolve.ts';

/** A policy with everything it was made from, so that a restart or a replay needs no file outside the log (GATE-12). */
export interface Loaded {
  readonly policy: Policy;
  /** RFC 8785 bytes of {document, files: path → base64}; what lies beside the `policy-activated` entry. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the document's own text. */
  readonly documentDigest: Digest;
}

/** Bytes under this subject are configuration, nobody's personal data. */
export const POLICY_SUBJECT = 'policy';

/** Compiles a document and keeps every file it read. @throws AegisError POLICY_INVALID, with the faults in `cause` */
export async function loadPolicy(source: PolicySource, document: string): Promise<Loaded> {
  const files: Record<string, string> = {};
  const compiled = await source.compile(document, (path) => {
    const found = source.resolve(path);
    const bytes = 'bytes' in found ? found.bytes : new TextEncoder().encode(found.text);
    files[path] = Buffer.from(bytes).toString('base64');
    return { bytes };
  });
  if (!compiled.ok) {
    const error = policyInvalid(compiled.faults, compiled.omitted);
    error.cause = compiled.faults;
    throw error;
  }
  return { policy: compiled.policy, documentDigest: compiled.documentDigest, bytes: canonicalBytes({ document, files }) };
}

/** The refusal of a document, with its first fault: whoever sees no list of them knows where to look. */
export function policyInvalid(faults: readonly Partial<Pick<Fault, 'file' | 'line' | 'message'>>[], omitted = 0): AegisError {
  const [first] = faults;
  const place = first?.file ?? (first?.line === undefined ? '' : `line ${String(first.line)}`);
  const message = first?.message === undefined ? '' : `: ${[place, first.message].filter((part) => part !== '').join(': ')}`;
  return new AegisError('POLICY_INVALID', { faults: count(faults.length + omitted, 'fault'), first: message });
}

/** The policy an entry names, from the bytes beside it. Null when they no longer make that policy. */
export async function reloadPolicy(compile: PolicySource['compile'], bytes: Uint8Array, digest: Digest): Promise<Policy | null> {
  const { document, files } = parseOwn(bytes);
  const kept = files as JsonObject;
  const compiled = await compile(String(document), (path) => {
    const file = Object.hasOwn(kept, path) ? kept[path] : undefined;
    if (typeof file !== 'string') throw new TypeError(`${path} was not recorded`);
    return { bytes: new Uint8Array(Buffer.from(file, 'base64')) };
  });
  return compiled.ok && compiled.policy.digest === digest ? compiled.policy : null;
}

/** The document and its files go beside the entry, so that the policy can be made again from the log alone. */
export function writeActivated(batch: WriteBatch, { policy, bytes, documentDigest }: Loaded, actor: Actor): EntryIndex {
  const body = { digest: policy.digest, name: policy.name, previous: batch.world().policy, documentDigest };
  return batch.write('policy-activated', body, { actor, payload: { subject: POLICY_SUBJECT, bytes } }).index;
}

export interface PolicyToActivate {
  readonly document: string;
  /** What the document names, by the names it gives; absent, it is read where the daemon's own policy lies. */
  readonly files?: Readonly<Record<string, Uint8Array>> | undefined;
}

/** @throws AegisError FORBIDDEN, POLICY_INVALID */
export async function activate(
  tenant: Tenant,
  { document, files }: PolicyToActivate,
  by: Principal | 'system',
): Promise<{ readonly digest: Digest; readonly index: EntryIndex }> {
  if (by !== 'system') operatorOf(by, tenant.queue.durable().world, ['admin']);
  const { policies } = tenant.deps;
  const loaded = await loadPolicy(files === undefined ? policies : { ...policies, resolve: handedOver(files) }, document);
  return tenant.queue.submit((batch) => {
    if (by !== 'system') operatorOf(by, batch.world(), ['admin']);
    tenant.policies.set(loaded.policy.digest, loaded.policy);
    return ok({ digest: loaded.policy.digest, index: writeActivated(batch, loaded, actorOf(by)) });
  });
}
