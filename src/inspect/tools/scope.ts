import type { Json, JsonObject } from '../../kernel/json.ts';

/** How much a call is about. `none`: nothing says; `some`: something chooses; `all`: nothing is left out. */
export type Scope = 'none' | 'some' | 'all';

const flat = (key: string): string => key.replace(/[^A-Za-z]/g, '').toLowerCase();
const ALL_FLAGS = /^(?:all|deleteall|removeall|everything|applytoall|allusers|allrecords|allrows|allfiles|purgeall|wipeall|truncate)$/;
const CHOOSERS =
  /^(?:filter|filters|where|query|criteria|condition|conditions|selector|match|pattern|prefix|glob|id|ids|key|keys|names|name|target|targets|scope|index|range|q|user|users|userid|userids|email|emails)$/;
const EVERY = /^\s*(?:\*|%|\.\*|\*\.\*|\*\*|all|everyone|everything|any|1\s*=\s*1|true|match_all|0\s*=\s*0|\/\*\*?)\s*$/i;

/** What the arguments say of how much is meant: `all: true`, `filter: {}`, `ids: "*"`, `query: {match_all: {}}`. */
export function scopeOf(args: JsonObject): Scope {
  let scope: Scope = 'none';
  for (const [key, value] of Object.entries(args)) {
    const name = flat(key);
    if (ALL_FLAGS.test(name) && (value === true || value === 'true' || value === 1)) return 'all';
    if (!CHOOSERS.test(name)) continue;
    if (everything(value, name)) return 'all';
    if (value !== null && value !== '') scope = 'some';
  }
  return scope;
}

function everything(value: Json | undefined, key: string): boolean {
  if (typeof value === 'string')
    return EVERY.test(value) || (value.trim() === '' && /^(?:filter|where|prefix|query|criteria)$/.test(key)) || value.trim() === '{}';
  if (Array.isArray(value)) return value.length === 1 && typeof value[0] === 'string' && EVERY.test(value[0]);
  if (typeof value !== 'object' || value === null) return false;
  const inner = Object.entries(value as JsonObject);
  if (inner.length === 0) return /^(?:filter|where|query|criteria|condition|selector|match)$/.test(key);
  return inner.length === 1 && inner.every(([name, one]) => name === 'match_all' || (/^(?:query|filter|q)$/.test(name) && everything(one, name)));
}
