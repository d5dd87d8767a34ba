import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import { ambiguous } from '../gate/owner.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { ActionParams, AgentQuery, jsonObject } from '../http/shapes.ts';
import type { Principal } from '../gate/nouns.ts';
import { PEOPLE } from '../kernel/role.ts';
import { canonical } from '../wire/jcs.ts';
import type { ApiDeps } from './deps.ts';
import { page } from './pages.ts';
import type { LoggedEntry } from './pages.ts';
import { wholeFor } from './sealed-texts.ts';

type Parts = Pick<ApiDeps, 'store'>;
type Decided = LoggedEntry & { readonly type: 'action-decided' };

const Reply = Type.Object({
  action: Type.String(),
  agent: Type.String(),
  session: Type.String(),
  name: Type.String(),
  door: Type.String(),
  args: Type.Union([Type.String(), Type.Null()], { description: 'Canonical JSON text; null when it was erased, or when who asks may not read it.' }),
  erased: Type.Boolean(),
  sealed: Type.Boolean({ description: 'Who asks may not read what is sealed: the texts of arguments, findings and reasons.' }),
  entries: Type.Array(jsonObject()),
});

/** Entries of one action that an answer holds at most: an action is asked, answered and settled in a handful. */
const MOST = 100;

/** An entry with the texts of its decision, for who may read them. */
async function asRead(principal: Principal, store: Parts['store'], entry: LoggedEntry): Promise<object> {
  const whole = entry.type === 'action-decided' ? await wholeFor(principal, store, entry) : null;
  return whole === null || whole === 'erased' ? entry : { ...entry, body: { ...entry.body, action: whole.action, decision: whole.decision } };
}

/** One action with all the log holds about it: what was asked, found and decided, and what came of it. */
export function actionRecordRoute({ store }: Parts): Route {
  return route({
    method: 'GET',
    path: '/v1/actions/:id/record',
    auth: 'key',
    role: PEOPLE,
    tenant: 'key',
    audited: [],
    doc: { summary: 'One action in full: its arguments, findings, decisions and outcome', tag: 'actions' },
    params: ActionParams,
    query: AgentQuery,
    response: Reply,
    handle: async ({ principal, params, query }) => {
      const { entries } = await page(store, principal.tenant, { ...query, action: params.id, limit: MOST });
      const decided = entries.filter((entry): entry is Decided => entry.type === 'action-decided');
      const [first] = decided;
      if (first === undefined) throw new AegisError('NOT_FOUND', { what: 'action' });
      const owners = [...new Set(decided.flatMap(({ agent }) => (agent === undefined ? [] : [agent])))].sort();
      if (owners.length > 1) throw ambiguous('action', params.id, owners);
      const { action } = first.body;
      const own = entries.filter(({ agent }) => agent === undefined || agent === first.agent);
      const [whole, ...told] = await Promise.all([wholeFor(principal, store, first), ...own.map((entry) => asRead(principal, store, entry))]);
      return {
        action: action.id,
        agent: first.agent ?? '',
        session: first.session ?? '',
        name: action.name,
        door: action.door,
        args: whole === null || whole === 'erased' ? null : canonical(whole.args),
        erased: whole === 'erased',
        sealed: whole === null,
        entries: told,
      };
    },
  });
}
