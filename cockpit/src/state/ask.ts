import { useSyncExternalStore } from 'react';
import type { Login } from './shapes.ts';

/** A refusal in the words of the API: what happened, and what to do next. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  constructor(terms: { readonly status: number; readonly code: string; readonly detail: string; readonly hint: string }) {
    super(terms.detail);
    this.status = terms.status;
    this.code = terms.code;
    this.hint = terms.hint;
  }
}

const UNREACHABLE = {
  status: 0,
  code: 'UNREACHABLE',
  detail: 'Aegis does not answer.',
  hint: 'Check that `aegis up` is running. This page connects again by itself.',
} as const;

/** The token that only this page knows; kept for other tabs of the same browser. */
const CSRF = 'aegis.csrf';

let loginLost = false;
const listeners = new Set<() => void>();
const setLost = (lost: boolean): void => {
  if (lost === loginLost) return;
  loginLost = lost;
  for (const listener of listeners) listener();
};

/** Whether an answer said that nobody is logged in any more. */
export function useLoginLost(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => loginLost,
  );
}

export const mayRetry = (error: unknown): boolean => !(error instanceof Problem) || error.status === 0 || error.status >= 500;

/** @throws Problem */
export async function refusalOf(response: Response): Promise<Problem> {
  const said: unknown = await response.json().catch(() => ({}));
  const { code, detail, title, hint } = said as Partial<Record<string, string>>;
  const problem = new Problem({
    status: response.status,
    code: code ?? `HTTP_${String(response.status)}`,
    detail: detail ?? title ?? 'Aegis refused.',
    hint: hint ?? '',
  });
  if (response.status === 401) setLost(true);
  return problem;
}

/** Asks the daemon this page came from. @throws Problem */
export async function ask<Reply>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object, signal?: AbortSignal): Promise<Reply> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET') headers['aegis-csrf'] = localStorage.getItem(CSRF) ?? '';
  const response = await fetch(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new Problem(UNREACHABLE);
  });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as Reply;
}

export const get = <Reply>(path: string, signal?: AbortSignal): Promise<Reply> => ask<Reply>('GET', path, undefined, signal);

/** Logs this browser in. @throws Problem */
export async function logIn(terms: { readonly key: string } | { readonly code: string }): Promise<Login> {
  const login = await ask<Login & { readonly csrf: string }>('POST', '/v1/login', terms);
  localStorage.setItem(CSRF, login.csrf);
  setLost(false);
  return login;
}

export async function logOut(): Promise<void> {
  await ask('DELETE', '/v1/login').catch(() => undefined);
  localStorage.removeItem(CSRF);
  setLost(true);
}

/** A login whose token another profile or a cleared storage took away can read and change nothing. */
export const canChange = (): boolean => localStorage.getItem(CSRF) !== null;
