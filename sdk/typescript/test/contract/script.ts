import { BASE, type Case, type Data, type Exchange } from './case.ts';
import { filled, misfit, type Names } from './match.ts';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: Data;
  readonly key: string;
  readonly body: unknown;
}

/** What is said to a request, before it is put on a transport. */
export interface Said {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signed: NonNullable<Exchange['answers']['signed']>;
  readonly fails?: 'closes' | 'silent';
}

/** Plays a case: answers requests as it says, and keeps what did not fit. */
export interface Script {
  answer(request: Request): Promise<Said>;
  signal(name: string): void;
  arrived(exchange: number): Promise<null>;
  away: boolean;
  back(): void;
  readonly names: Names;
  readonly faults: string[];
  /** Exchanges that had to come and did not. */
  missing(): readonly string[];
}

const CLOSES: Said = { status: 0, text: '', signed: true, fails: 'closes' };

export function scriptOf(one: Case): Script {
  const names: Names = new Map();
  const faults: string[] = [];
  const came = one.gateway.map(() => Promise.withResolvers<null>());
  const left = new Set(one.gateway.keys());
  const signals = new Map<string, PromiseWithResolvers<null>>();
  const signalOf = (name: string): PromiseWithResolvers<null> => {
    const known = signals.get(name) ?? Promise.withResolvers<null>();
    signals.set(name, known);
    return known;
  };
  let absences = 0;
  const script: Script = {
    names,
    faults,
    away: false,
    back: () => ((script.away = false), void (absences += 1)),
    signal: (name) => signalOf(name).resolve(null),
    arrived: (exchange) => came[exchange]?.promise ?? Promise.reject(new Error(`no exchange ${String(exchange)}`)),
    missing: () => [...left].filter((at) => one.gateway[at]?.optional !== true).map((at) => JSON.stringify(one.gateway[at]?.sees)),
    async answer(request) {
      if (script.away) return CLOSES;
      const { path, method } = request;
      if (method === 'GET' && path === '/v1/identity') return said(200, { answerKey: BASE.answerKey.public });
      if (method === 'GET' && path.startsWith('/v1/agents/')) return selfOf(one, absences);
      const at = expected(one, left, request, names);
      if (typeof at === 'string') {
        faults.push(at);
        return CLOSES;
      }
      left.delete(at);
      came[at]?.resolve(null);
      const answers: Exchange['answers'] = one.gateway[at]?.answers ?? {};
      if (answers.after !== undefined) await signalOf(answers.after).promise;
      return saidBy(answers, request, names);
    },
  };
  return script;
}

/** The place of the exchange that this request is, or what is wrong with it. */
function expected({ gateway, unordered = false }: Case, left: ReadonlySet<number>, request: Request, names: Names): number | string {
  const faults: string[] = [];
  for (const at of left) {
    const exchange = gateway[at];
    if (exchange === undefined) continue;
    const tried: Names = new Map(names);
    const fault = faultIn(exchange.sees, request, tried);
    if (fault === null) {
      for (const [name, text] of tried) names.set(name, text);
      return at;
    }
    faults.push(fault);
    if (!unordered && exchange.optional !== true) break;
  }
  return `${request.method} ${request.path} ${JSON.stringify(request.body)?.slice(0, 500)}: ${faults.join('; ') || 'nothing more was to come'}`;
}

function faultIn({ method, path, query = {}, key, body = {} }: Exchange['sees'], request: Request, names: Names): string | null {
  if (method !== request.method) return `not ${method} ${path}`;
  const wanted = path.split('/');
  const found = request.path.split('/').map(decodeURIComponent);
  return (
    misfit(wanted, found, names, 'path') ??
    misfit(query, request.query, names, 'query') ??
    (key === undefined || key === request.key ? null : 'another key') ??
    misfit(body, request.body ?? {}, names, 'body')
  );
}

function selfOf({ self }: Case, absences: number): Said {
  if (self === null) return problem(401, 'UNAUTHENTICATED', {});
  const list = (Array.isArray(self) ? self : [self ?? {}]) as readonly Data[];
  const { $signed = true, ...laid } = list[Math.min(absences, list.length - 1)] ?? {};
  return { ...said(200, { ...BASE.self, ...laid }), signed: $signed as boolean };
}

function saidBy(answers: Exchange['answers'], { method, path, body }: Request, names: Names): Said {
  const { signed = true, headers = {}, fails, status = 200 } = answers;
  const more = { signed, headers, ...(fails === undefined ? {} : { fails }) };
  if (answers.problem !== undefined) return { ...problem(status, answers.problem, answers), ...more };
  if (answers.text !== undefined) return { status, text: answers.text, ...more };
  if (answers.decision === undefined) return { ...said(status, answers.body ?? { index: 1, leaf: '0', findings: [] }), ...more };
  const action = method === 'POST' ? (body as { id?: unknown } | null)?.id : decodeURIComponent(path.split('/')[3] ?? '');
  const decision = filled({ ...BASE.decision, action, ...answers.decision }, names);
  return { ...said(status, method === 'POST' ? decision : { action: {}, decision, settled: false }), ...more };
}

function problem(status: number, code: string, { detail, hint }: { readonly detail?: string; readonly hint?: string }): Said {
  return said(status, { ...BASE.problem, status, code, ...(detail === undefined ? {} : { detail }), ...(hint === undefined ? {} : { hint }) });
}

const said = (status: number, body: unknown): Said => ({ status, text: JSON.stringify(body), signed: true });
