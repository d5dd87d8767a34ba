import type { Entry } from '../../kernel/entry.ts';
import { isObject } from '../../kernel/json.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { openCheckpoint } from '../../log/checkpoint.ts';
import { openEntry } from '../../log/entry.ts';
import type { NoteVerifier } from '../../log/note-key.ts';
import { verifyInclusion } from '../../log/receipt.ts';
import type { InclusionReceipt } from '../../log/receipt.ts';

/** What is wrong with a certificate, in a sentence; null when its key signed a log that holds exactly what it says. Needs no daemon. */
export function certificateFault(certificate: unknown, key: NoteVerifier): string | null {
  if (!isObject(certificate as JsonObject) || (certificate as JsonObject)['kind'] !== 'aegis-run-certificate') return 'it is no certificate of a run';
  const { run, observed, proof } = certificate as { run: unknown; observed: Record<string, unknown>; proof: unknown };
  if (!isObject(proof as JsonObject)) return 'it has no proof: the run was not recorded in a log';
  const { receipt, note } = proof as { receipt: InclusionReceipt; note: unknown };
  if (typeof note !== 'string') return 'no signed checkpoint covers its entry yet';
  const opened = openCheckpoint(note, () => [key]);
  if (!opened.ok) return opened.detail;
  if (opened.checkpoint.size !== receipt.size || opened.checkpoint.root !== receipt.root) return 'its checkpoint is of another tree than its proof';
  if (!verifyInclusion(receipt)) return 'its entry is not in the tree that was signed';
  const entry = openEntry(Buffer.from(receipt.entry, 'utf8'), receipt.index);
  return entry.type === 'run-ended' ? differs(entry.body, run, observed) : 'its entry is not the end of a run';
}

function differs(body: Extract<Entry, { type: 'run-ended' }>['body'], run: unknown, observed: Record<string, unknown>): string | null {
  const { state, level, empty, by, killed = null, survivors, us } = body;
  const recorded = { state, level, empty, by, killed, survivors, microseconds: us };
  if (body.run !== run) return 'its entry is about another run';
  const odd = Object.entries(recorded).find(([name, value]) => JSON.stringify(observed[name]) !== JSON.stringify(value));
  return odd === undefined ? null : `it says \`${odd[0]}\` otherwise than its entry does`;
}
