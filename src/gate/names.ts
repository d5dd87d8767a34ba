import { AegisError } from '../errors.ts';

const PLACE = /^[A-Za-z0-9._:@/-]{1,128}$/;
const VISIBLE = /^[\x21-\x7e]{1,128}$/;

export function invalid(detail: string, pointer: string): AegisError {
  return new AegisError('REQUEST_INVALID', { detail }, pointer);
}

/** The name of a tenant, an agent, a session or a server. @throws AegisError REQUEST_INVALID */
export function checkPlace(value: unknown, what: string): void {
  if (typeof value !== 'string' || !PLACE.test(value)) throw invalid(`${what} must be 1–128 characters of A–Z a–z 0–9 . _ : @ / -`, `/${what}`);
}

/** @throws AegisError REQUEST_INVALID */
export function checkActionId(value: unknown): void {
  if (typeof value !== 'string' || !VISIBLE.test(value)) throw invalid('id must be 1–128 visible ASCII characters', '/id');
}
