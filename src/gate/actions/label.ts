import { AegisError } from '../../errors.ts';
import type { Content, ContentReceipt } from '../nouns.ts';
import { sessionOf } from '../../kernel/owned.ts';
import { ok } from '../queue/operation.ts';
import { checkPlace } from '../input.ts';
import { sessionSubject } from '../../log/session-subject.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { sealValue } from '../sealing/seal-value.ts';
import { foundIn } from './found-in.ts';
import { openSession } from './sessions.ts';
import { readValue } from './read-value.ts';
import type { ReadValue } from './read-value.ts';
import { LABELS } from '../../kernel/decision.ts';

/** Content that enters a session outside an action. @throws AegisError UNKNOWN_AGENT, NOT_FOUND for another agent's session, CONFLICT when it is closed */
export function label(tenant: Tenant, content: Content): Promise<ContentReceipt> {
  checkPlace(content.agent, 'agent');
  checkPlace(content.session, 'session');
  if (!LABELS.includes(content.source)) throw new AegisError('REQUEST_INVALID', { detail: 'source is not a known label' }, '/source');
  const { agent, session, source, value } = content;
  const read = readValue(tenant, { agent, session }, { name: '', value, source, most: tenant.limits.valueBytes });
  return read instanceof Promise ? read.then((one) => enter(tenant, content, one)) : enter(tenant, content, read);
}

function enter(tenant: Tenant, content: Content, value: ReadValue): Promise<ContentReceipt> {
  const { agent, session, source, trusted } = content;
  return tenant.queue.submit((batch) => {
    if (!batch.world().agents.has(agent)) throw new AegisError('UNKNOWN_AGENT', { agent });
    if (sessionOf(batch.world(), content) === undefined) openSession(tenant, batch, content);
    const known = sessionOf(batch.world(), content);
    if (known?.agent !== agent) throw new AegisError('NOT_FOUND', { what: 'session' });
    if (known.closed) throw new AegisError('CONFLICT', { detail: 'The session is closed.' });
    const { bytes, findings } = sealValue({ bytes: value.bytes, findings: value.findings, session });
    const body = { source, trusted, prints: value.prints(known.salt), findings, contentDigest: value.digest };
    const receipt = batch.write('content-labelled', body, {
      actor: { kind: 'agent', id: agent },
      agent,
      session,
      ...(bytes === null ? {} : { payload: { subject: sessionSubject(content), bytes } }),
    });
    return ok({ ...receipt, findings: foundIn(value.findings) });
  });
}
