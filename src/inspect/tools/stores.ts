import type { Json, JsonObject } from '../../kernel/json.ts';
import { quoteWord } from '../quote-word.ts';
import type { Leaf } from '../walk.ts';
import type { Deed } from './deeds.ts';
import type { Likeness } from './places.ts';

const lost: Deed = { code: 'DATABASE_DESTROY', risk: 'HIGH', operation: 'delete', category: 'database' };

const REDIS = /^(?:redis|valkey|keydb|dragonfly|redisson|upstash)$/;
const MONGO = /^(?:mongo|mongodb|mongosh|documentdb|pymongo)$/;
const SEARCH = /^(?:elasticsearch|opensearch|elastic|es)$/;

/** Stores that are spoken to in other languages than SQL: Redis commands, MongoDB documents and scripts, Elasticsearch requests (INSPECT-133). */
export function storeCommands(words: readonly string[], args: JsonObject, leaves: readonly Leaf[]): Likeness[] {
  if (!words.some((word) => REDIS.test(word))) return [];
  const found: Likeness[] = [];
  const list = ['args', 'command', 'commands', 'cmd'].map((key) => ({ key, value: args[key] })).find(({ value }) => Array.isArray(value));
  const rows = leaves.filter(
    (leaf) =>
      typeof leaf.value === 'string' && !leaf.isKey && /^(?:command|commands|cmd|query|input|args|action|operation|statement)$/i.test(leaf.key),
  );
  const [first] = rows;
  const program = words.find((word) => REDIS.test(word)) === 'valkey' ? 'valkey-cli' : 'redis-cli';
  if (list !== undefined && first !== undefined)
    found.push({ command: `${program} ${rows.map((leaf) => quoteWord(String(leaf.value))).join(' ')}`, pointer: first.pointer });
  for (const leaf of rows.slice(0, 64))
    for (const line of String(leaf.value).split('\n', 64))
      if (line.length <= 2_000)
        found.push({
          command: `${program} ${line
            .split(/\s+/)
            .filter((one) => one !== '')
            .map(quoteWord)
            .join(' ')}`,
          pointer: leaf.pointer,
        });
  return found;
}

/** Harm in what a document store or a search engine is asked to do. */
export function storeDeed(words: readonly string[], args: JsonObject, leaves: readonly Leaf[]): Deed | null {
  if (words.some((word) => MONGO.test(word)))
    return leaves.some((leaf) => !leaf.isKey && typeof leaf.value === 'string' && script(leaf.value)) || commanded(args) ? lost : null;
  return words.some((word) => SEARCH.test(word)) && searched(args) ? lost : null;
}

const ALWAYS = /\.\s{0,4}(?:drop|dropDatabase|dropUser|dropAllUsersFromDatabase|dropRole|shutdownServer)\s{0,4}\(/;
const EVERY = /\.\s{0,4}(?:deleteMany|remove|updateMany|replaceMany)\s{0,4}\(\s{0,4}(?:\{\s{0,4}\}|\))/;

/** `db.users.drop()`, `db.users.deleteMany({})`, and the same commands as a JSON text. */
function script(text: string): boolean {
  if (ALWAYS.test(text) || EVERY.test(text) || /["']?\$(?:out|function|accumulator)["']?\s{0,4}:/.test(text)) return true;
  if (!text.trimStart().startsWith('{')) return false;
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) && commanded(value as JsonObject);
  } catch {
    // No JSON: read as the script it is.
    return false;
  }
}

const COMMANDS =
  /^(?:dropDatabase|drop|shutdown|dropUser|dropAllUsersFromDatabase|dropRole|replSetStepDown|fsync|createUser|grantRolesToUser|updateUser)$/;

function commanded(args: JsonObject): boolean {
  return [
    args,
    ...Object.values(args).filter((value): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)),
  ].some((object) =>
    Object.entries(object).some(([key, value]) => {
      if (COMMANDS.test(key) && (value === 1 || value === true || typeof value === 'string')) return true;
      return /^(?:deletes|updates)$/.test(key) && Array.isArray(value) && (value as readonly Json[]).some(unchosen);
    }),
  );
}

/** `{q: {}, limit: 0}`: every document. */
function unchosen(one: Json): boolean {
  if (typeof one !== 'object' || one === null || Array.isArray(one)) return false;
  const { q, limit, multi } = one as JsonObject;
  return typeof q === 'object' && q !== null && Object.keys(q).length === 0 && limit !== 1 && multi !== false;
}

/** `DELETE /logs`, `POST /logs/_delete_by_query` with a query that matches all. */
function searched(args: JsonObject): boolean {
  const text = (names: RegExp): string => {
    const found = Object.entries(args).find(([key, value]) => names.test(key) && typeof value === 'string');
    return String(found?.[1] ?? '');
  };
  const path = text(/^(?:path|endpoint|url|uri|api)$/i).replace(/^https?:\/\/[^/]*/i, '');
  const names =
    path
      .split('?', 1)[0]
      ?.split('/')
      .filter((name) => name !== '') ?? [];
  if (names.includes('_delete_by_query') || names.includes('_update_by_query'))
    return matchesAll(Object.entries(args).find(([key]) => /^(?:body|data|json|payload|query)$/i.test(key))?.[1]);
  if (!/^delete$/i.test(text(/^(?:method|verb|http_method)$/i)) || names.length === 0) return false;
  return !names.some((name) => /^_(?:doc|search|pit|async_search|tasks)$/.test(name));
}

function matchesAll(body: Json | undefined): boolean {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  return text.trim() === '' || text === '{}' || /"match_all"\s{0,4}:/.test(text) || /"query"\s{0,4}:\s{0,4}\{\s{0,4}\}/.test(text);
}
