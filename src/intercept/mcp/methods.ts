import { isObject } from '../../kernel/json.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Notification, Request } from './message.ts';
import type { Session } from './session.ts';

/** Requests whose answers are lists; what is in them is labelled as something that was read. */
export const LISTS: ReadonlySet<string> = new Set(['resources/list', 'resources/templates/list', 'prompts/list']);

const LEVELS: ReadonlySet<unknown> = new Set(['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']);
/** Longer than any server's cursor needs to be. */
const MOST_CURSOR = 4_096;

const plain = (params: JsonObject, keys: readonly string[]): boolean =>
  Object.keys(params).every((key) => key === '_meta' || key === 'requestState' || keys.includes(key));
const page = (params: JsonObject): boolean => {
  const { cursor } = params;
  return plain(params, ['cursor']) && (cursor === undefined || (typeof cursor === 'string' && cursor.length <= MOST_CURSOR));
};

/**
 * The closed list of requests that do nothing and carry nothing but how to talk, each with the parameters it may have. Every other request,
 * also one of these with more in it, is an action and is decided before it is forwarded (MCP-22).
 */
const HARMLESS: Readonly<Record<string, (params: JsonObject, session: Session) => boolean>> = {
  initialize: () => true,
  'server/discover': () => true,
  ping: (params) => plain(params, []),
  'tools/list': page,
  'resources/list': page,
  'resources/templates/list': page,
  'prompts/list': page,
  'logging/setLevel': (params) => plain(params, ['level']) && LEVELS.has(params['level']),
  // It ends what was allowed before.
  'resources/unsubscribe': ({ uri, ...params }, { subscribed }) => plain(params, []) && typeof uri === 'string' && subscribed.has(uri),
  'subscriptions/listen': ({ notifications, ...params }) =>
    plain(params, []) &&
    (notifications === undefined || (isObject(notifications) && Object.values(notifications).every((value) => typeof value === 'boolean'))),
};

export function isHarmless(session: Session, { method, params = {} }: Request): boolean {
  const judge = Object.hasOwn(HARMLESS, method) ? HARMLESS[method] : undefined;
  return judge?.(params, session) === true;
}

/** Notifications an agent may send, as far as they are forwarded; null: it goes nowhere (MCP-22). `cancelled` is for the call it names. */
export function forwardable(session: Session, { method, params }: Notification): Notification | null {
  const bare = (kept: JsonObject | undefined): Notification => ({ jsonrpc: '2.0', method, ...(kept === undefined ? {} : { params: kept }) });
  const meta = params?.['_meta'];
  switch (method) {
    case 'notifications/initialized':
    case 'notifications/roots/list_changed':
      return bare(meta === undefined ? undefined : { _meta: meta });
    case 'notifications/progress': {
      // Progress of a request the server made and that was passed on; what a person would read of it stays here.
      const { progressToken, progress, total } = params ?? {};
      const known = [...session.asked.values()].some(({ token }) => token !== undefined && token === progressToken);
      if (!known || typeof progress !== 'number') return null;
      return bare({ progressToken: progressToken ?? null, progress, ...(typeof total === 'number' ? { total } : {}) });
    }
    default:
      return null;
  }
}

/** What the agent's own words change in the conversation. */
export function remember(session: Session, { method, params }: Request): void {
  if (method === 'initialize') session.capabilities = isObject(params?.['capabilities']) ? params['capabilities'] : {};
  const { level, uri } = params ?? {};
  if (method === 'logging/setLevel' && typeof level === 'string') session.logLevel = level;
  if (method === 'resources/unsubscribe' && typeof uri === 'string') session.subscribed.delete(uri);
}

const MOST_SUBSCRIBED = 1_024;

/** An allowed subscription was answered. */
export function subscribed(session: Session, { method, params }: Request): void {
  const uri = params?.['uri'];
  if (method === 'resources/subscribe' && typeof uri === 'string' && session.subscribed.size < MOST_SUBSCRIBED) session.subscribed.add(uri);
}
