import { AegisError } from '../../errors.ts';
import { EVERYONE } from '../../kernel/role.ts';
import { admit, refusal, runner } from '../exchange.ts';
import type { Admission, Exchange, RefusalDeps } from '../exchange.ts';
import type { KeyHolder } from '../keys.ts';
import type { Passage } from '../passage.ts';
import { isRefusal, refusedBody } from '../problem.ts';
import type { Route } from '../route.ts';
import type { RequestFrame } from './frame.ts';
import { router } from './router.ts';
import type { Found, Place } from './router.ts';

type Target = Pick<Route, 'path' | 'auth' | 'role' | 'refuse'> & {
  readonly status: number;
  /** Null where the answer is a stream, or no JSON. */
  readonly run: ReturnType<typeof runner> | null;
};

export interface AnswerDeps extends RefusalDeps {
  readonly admission: Admission;
  readonly find: (method: string, target: string) => Found<Target>;
  /** Where HTTP listens: what cannot be had over the socket can be had there. */
  readonly url: string;
  /** Names a request towards the operator. */
  readonly nextId: () => string;
}

/** Finds the one route a request is for, among all that HTTP serves. */
export function routesOf(routes: readonly Route[], passages: readonly Passage[]): AnswerDeps['find'] {
  const byPath = new Map<string, Map<string, Target>>();
  for (const one of routes) {
    const { method, path, auth, role, refuse, status = 200 } = one;
    const run = 'contentType' in one.response ? null : runner(one);
    const target: Target = { path, auth, role, status, run, ...(refuse === undefined ? {} : { refuse }) };
    byPath.set(path, (byPath.get(path) ?? new Map<string, Target>()).set(method, target));
  }
  const places = [...byPath].map(([path, byMethod]): Place<Target> => ({ path, byMethod, others: 'METHOD_NOT_ALLOWED' }));
  return router([...places, ...passages.map(passed)]);
}

/** Another protocol than ours: HTTP has it. */
function passed({ path, methods, role }: Passage): Place<Target> {
  const target: Target = { path, auth: 'key', role, status: 200, run: null };
  return { path, byMethod: new Map(methods.map((method) => [method, target])), others: 'ROUTE_NOT_FOUND' };
}

export interface Asking {
  /** What was asked, or why it could not be read. */
  readonly asked: RequestFrame | AegisError;
  /** Who holds the connection's key at this moment. */
  readonly holder: () => KeyHolder | null | Promise<KeyHolder | null>;
  /** Aborts when nobody waits any more. */
  readonly signal: () => AbortSignal;
}

/** The answer to one frame, `"status":…,"body":…`: the same guards, handler and problem as over HTTP. Never rejects. */
export async function answerTo(deps: AnswerDeps, { asked, holder, signal }: Asking): Promise<string> {
  let exchange: Exchange = { method: asked instanceof AegisError ? 'POST' : asked.method, checked: false };
  try {
    if (asked instanceof AegisError) {
      admit(exchange, await holder(), EVERYONE, deps.admission);
      throw asked;
    }
    const { method, body } = asked;
    const { target, params, query } = deps.find(method, asked.path);
    exchange = { method, path: target.path, params, refuse: target.refuse, checked: false };
    if (target.auth === 'key') admit(exchange, await holder(), target.role, deps.admission);
    if (target.run === null) throw streamed(method, target.path, deps.url);
    const result = await target.run(exchange, { params, query, body }, { lastEventId: undefined, signal });
    return isRefusal(result) ? said(result.refused.status, refusedBody(result)) : said(target.status, result);
  } catch (error) {
    const { status, body } = await refusal(deps, exchange, { error, request: deps.nextId() });
    return said(status, body);
  }
}

function streamed(method: string, path: string, url: string): AegisError {
  return new AegisError('NOT_SUPPORTED', {
    detail: `${method} ${path} answers with a stream, which the socket does not carry: ask over HTTP, at ${url}`,
  });
}

export function said(status: number, body: unknown): string {
  return `"status":${String(status)},"body":${JSON.stringify(body) ?? 'null'}`;
}
