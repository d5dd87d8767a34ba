import { Type } from 'typebox';
import { AegisError } from '../errors.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import { ActionParams, CLOSED, jsonObject, name } from '../http/shapes.ts';
import { PEOPLE } from '../kernel/role.ts';
import type { ApiDeps } from './deps.ts';
import { page } from './pages.ts';
import type { LoggedEntry } from './pages.ts';

type Parts = Pick<ApiDeps, 'store'>;
type Decided = LoggedEntry & { readonly type: 'action-decided' };

const Reply = Type.Object({
  action: Type.String(),
  agent: Type.String(),
  session: Type.String(),
  name: Type.String(),
  door: Type.String(),
  args: Type.Union([Type.String(), Type.Null()], { description: 'Canonical JSON text; null when it was erased or never kept.' }),
  erased: Type.Boolean(),
  entries: Type.Array(jsonObject()),
});

/** Entries of one action that an answer holds at most: an action is asked, answered and settled in a handful. */
const MOST = 100;

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
    query: Type.Object({ agent: Type.Optional(name()) }, CLOSED),
    response: Reply,
    handle: async ({ principal, params, query }) => {
      const { entries } = await page(store, principal.tenant, { ...query, action: params.id, limit: MOST });
      const decided = entries.filter((entry): entry is Decided => entry.type === 'action-decided');
      const [first] = decided;
      if (first === undefined) throw new AegisError('NOT_FOUND', { what: 'action' });
      const owners = [...new Set(decided.map(({ agent }) => agent ?? ''))];
      if (owners.length > 1)
        throw new AegisError('CONFLICT', {
          detail: `The agents ${owners.join(', ')} each have an action called ${params.id}; name one with ?agent=`,
        });
      const { action } = first.body;
      const bytes = await store.payload(principal.tenant, action.argsDigest);
      const kept = bytes !== null && bytes !== 'erased';
      return {
        action: action.id,
        agent: first.agent ?? '',
        session: first.session ?? '',
        name: action.name,
        door: action.door,
        args: kept ? Buffer.from(bytes).toString('utf8') : null,
        erased: bytes === 'erased',
        entries: entries.filter(({ agent }) => agent === undefined || agent === first.agent),
      };
    },
  });
}
