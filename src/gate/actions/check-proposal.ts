import { isAbsolute } from 'node:path';
import type { Action } from '../../kernel/action.ts';
import { isObject } from '../../kernel/json.ts';
import { isDigest } from '../../wire/digest.ts';
import { checkActionId, checkPlace, invalid } from '../input.ts';
import type { Proposal } from '../nouns.ts';
import { checkUnreadable } from './unreadable.ts';

const MAX_NAME = 256;
const MAX_TEXT = 4_096;
const MAX_TTL_MS = 86_400_000;

function checkNumber(value: unknown, terms: { what: string; least: number; most: number; whole: boolean }): void {
  if (value === undefined) return;
  const { what, least, most, whole } = terms;
  const fits = typeof value === 'number' && value >= least && value <= most && (!whole || Number.isSafeInteger(value));
  if (!fits) throw invalid(`${what} must be ${whole ? 'an integer' : 'a number'} from ${String(least)} to ${String(most)}`, `/claims/${what}`);
}

function checkClaims(claims: Action['claims']): void {
  checkNumber(claims.priority, { what: 'priority', least: 1, most: 10, whole: true });
  checkNumber(claims.complexity, { what: 'complexity', least: 1, most: 10, whole: false });
  checkNumber(claims.confidence, { what: 'confidence', least: 0, most: 1, whole: false });
  checkNumber(claims.usdMicros, { what: 'usdMicros', least: 0, most: Number.MAX_SAFE_INTEGER, whole: true });
  checkNumber(claims.tokens, { what: 'tokens', least: 0, most: Number.MAX_SAFE_INTEGER, whole: true });
  for (const what of ['intent', 'framework', 'model'] as const) checkText(claims[what], `claims/${what}`);
}

function checkText(value: unknown, what: string): void {
  if (value !== undefined && (typeof value !== 'string' || value.length > MAX_TEXT || !value.isWellFormed())) {
    throw invalid(`${what} must be well-formed text of at most ${String(MAX_TEXT)} characters`, `/${what}`);
  }
}

function checkResource(resource: Action['resource']): void {
  if (resource === undefined) return;
  if (typeof resource.resource !== 'string' || resource.resource === '') throw invalid('resource must be named', '/resource/resource');
  checkText(resource.resource, 'resource/resource');
  const { slots, ttlMs } = resource;
  if (!Number.isSafeInteger(slots) || slots < 1 || slots > 1_024) throw invalid('slots must be an integer from 1 to 1024', '/resource/slots');
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1 || ttlMs > MAX_TTL_MS)
    throw invalid('ttlMs must be an integer from 1 to 86400000', '/resource/ttlMs');
}

/** Everything about a proposal but its arguments. @throws AegisError REQUEST_INVALID */
export function checkProposal(proposal: Proposal): void {
  checkPlace(proposal.agent, 'agent');
  checkPlace(proposal.session, 'session');
  if (proposal.id !== undefined) checkActionId(proposal.id);
  if (proposal.parent !== undefined) checkActionId(proposal.parent);
  if (typeof proposal.name !== 'string' || proposal.name === '' || proposal.name.length > MAX_NAME)
    throw invalid('name must be 1–256 characters', '/name');
  checkText(proposal.name, 'name');
  if (proposal.tool !== undefined) checkPlace(proposal.tool.server, 'server');
  if (proposal.tool !== undefined && !isDigest(proposal.tool.digest)) throw invalid('digest must be 64 hexadecimal digits', '/tool/digest');
  checkText(proposal.harness, 'harness');
  checkText(proposal.cwd, 'cwd');
  if (proposal.cwd !== undefined && !isAbsolute(proposal.cwd)) throw invalid('cwd must be an absolute path', '/cwd');
  checkUnreadable(proposal.unreadable);
  checkClaims(proposal.claims);
  checkResource(proposal.resource);
  if (!isObject(proposal.args)) throw invalid('args must be an object', '/args');
}
