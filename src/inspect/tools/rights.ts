import type { JsonObject } from '../../kernel/json.ts';
import { wordsOf } from '../classify/words.ts';
import type { Deed } from './deeds.ts';
import type { Said } from './said.ts';
import { AUTHORITY, AUTHORITY_KEYS, OPENABLE } from './tables.ts';

const flat = (key: string): string => key.replace(/[^A-Za-z]/g, '').toLowerCase();
const MASTER =
  /^(?:(?:global|super|system|org(?:anization)?|domain|enterprise|cluster|account|database|server|workspace|tenant|billing|security)?[ _-]?admin(?:istrators?|s)?|root|owners?|super[ _-]?users?|sudo(?:ers)?|wheel|sysadmin|dba|full[ _-]?(?:control|access)|roles\/(?:owner|editor|iam\.[\w.]{1,60}admin)|accountadmin|poweruseraccess|contributor|\*|\*:\*|\*\.\*)$/i;
const MASTER_POLICY =
  /(?:administratoraccess|poweruseraccess|iamfullaccess|fulladmin|cluster-admin|"Action"\s{0,3}:\s{0,3}"\*"|roles\/owner|allUsers|allAuthenticatedUsers|"Principal"\s{0,3}:\s{0,3}(?:"\*"|\{\s{0,3}"AWS"\s{0,3}:\s{0,3}"\*"))/i;
const EVERYBODY =
  /^(?:public(?:[-_ ]read(?:[-_ ]write)?)?|anyone(?:[-_ ]with[-_ ](?:the[-_ ])?link)?|everyone|everybody|world|all[-_ ]?users|allauthenticatedusers|anonymous|\*|0\.0\.0\.0\/0|::\/0)$/i;

const given = (code: string): Deed => ({ code, risk: 'HIGH', operation: 'admin' });

/** Who gets rights: a master's role for somebody, something of one's own for everybody, a new key to the whole (INSPECT-132). */
export function rightsGiven(said: Said, args: JsonObject): Deed | null {
  if (said.act !== 'give') return null;
  return mastered(said, args) ?? opened(said, args) ?? newKey(said);
}

function mastered({ verb, objects, words }: Said, args: JsonObject): Deed | null {
  const authority = objects.some((word) => AUTHORITY.has(word)) || words.has('iam');
  const named = objects.some((word) => /^(?:admin|administrator|root|superuser|sudo|owner)$/.test(word));
  if (named && /^(?:grant|make|promote|elevate|give|assign|add|create)$/.test(verb) && !words.has('page') && !words.has('dashboard') && authority)
    return given('TOOL_GRANT');
  if (/^(?:promote|elevate)$/.test(verb) && (named || ['admin', 'administrator', 'root', 'owner', 'superuser'].some((word) => words.has(word))))
    return given('TOOL_GRANT');
  for (const { key, text } of texts(args)) {
    if (!AUTHORITY_KEYS.has(flat(key)) && !(authority && /^(?:role|to|value|new|admin|is)/i.test(key))) continue;
    if (MASTER.test(text) && text !== '*' && (authority || /role|permission|privilege|group|policy/i.test(key))) return given('TOOL_GRANT');
    if (MASTER_POLICY.test(text) && authority) return given('TOOL_GRANT');
    if (text === '*' && /permission|privilege|scope|grant/i.test(key) && authority) return given('TOOL_GRANT');
  }
  return authority &&
    Object.entries(args).some(([key, value]) => value === true && /^(?:is_?)?(?:admin|super_?user|root|owner|sudo|staff)$/i.test(key))
    ? given('TOOL_GRANT')
    : null;
}

function opened({ verb, objects, words }: Said, args: JsonObject): Deed | null {
  if (/^(?:create|add|invite)$/.test(verb) && !words.has('rule') && !words.has('ingress') && !words.has('permission')) return null;
  if (!objects.some((word) => OPENABLE.has(word) || word === 'public') && !Object.keys(args).some((key) => OPENABLE.has(key.toLowerCase())))
    return null;
  if (/^(?:make|set|expose)$/.test(verb) && objects.includes('public') && openableSaid(objects, args)) return given('TOOL_EXPOSE');
  for (const { key, text } of texts(args)) if (AUTHORITY_KEYS.has(flat(key)) && EVERYBODY.test(text)) return given('TOOL_EXPOSE');
  return Object.entries(args).some(([key, value]) => value === true && /^(?:is_?)?public(?:ly_?accessible|_?access|_?read)?$/i.test(key))
    ? given('TOOL_EXPOSE')
    : null;
}

const openableSaid = (objects: readonly string[], args: JsonObject): boolean =>
  objects.some((word) => OPENABLE.has(word)) || Object.keys(args).some((key) => wordsOf(key).some((word) => OPENABLE.has(word)));

function newKey({ verb, objects }: Said): Deed | null {
  if (!/^(?:create|add|put|attach)$/.test(verb)) return null;
  const said = objects.join(' ');
  return /(?:^| )(?:access key|iam user|ssh key|(?:service )?account key|root key|login profile|admin user|admin|superuser)s?$/.test(said)
    ? given('TOOL_GRANT')
    : null;
}

/** Every short text of the arguments with its nearest key, three levels deep. */
function texts(args: JsonObject): { readonly key: string; readonly text: string }[] {
  const out: { key: string; text: string }[] = [];
  const stack: { value: unknown; key: string; depth: number }[] = [{ value: args, key: '', depth: 0 }];
  for (let top = stack.pop(); top !== undefined && out.length < 200; top = stack.pop()) {
    const { value, key, depth } = top;
    if (typeof value === 'string') out.push({ key, text: value.length > 4_000 ? value.slice(0, 4_000) : value.trim() });
    else if (typeof value === 'object' && value !== null && depth < 4)
      for (const [name, one] of Object.entries(value)) stack.push({ value: one, key: Array.isArray(value) ? key : name, depth: depth + 1 });
  }
  return out;
}
