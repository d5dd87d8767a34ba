import type { JsonObject } from '../../kernel/json.ts';
import { wordsOf } from '../classify/words.ts';
import type { Act } from './tables.ts';
import { ACTS, MANNER, PREPOSITIONS } from './tables.ts';

/** What a call says it does: a verb, what the verb is said of, and all words around them. */
export interface Said {
  readonly act: Act;
  readonly verb: string;
  /** Words the verb is said of, without those behind a preposition; the last one is the thing. */
  readonly objects: readonly string[];
  /** Every word of the name and of the argument that names the action. */
  readonly words: ReadonlySet<string>;
  /** `remove x from y`: the thing itself stays. */
  readonly from: boolean;
}

const ACTION_KEYS =
  /^(?:action|actions|operation|op|operationname|verb|subcommand|command|cmd|method|task|function|functionname|intent|mode|type|event|apicall|api)$/;
const OBJECT_KEYS = /^(?:kind|resource|resources|resourcetype|objecttype|entity|entitytype|object|target|targettype|type|service)$/;
const NAME = /^[A-Za-z][A-Za-z0-9]*(?:[_.: -][A-Za-z0-9]+){0,5}$/;

const flat = (key: string): string => key.replace(/[^A-Za-z]/g, '').toLowerCase();

/** The acts of one call: of the tool's name, and of an argument that names an action (`{"action":"terminate_instances"}`). */
export function saidBy(name: string, args: JsonObject, shell = false): readonly Said[] {
  const own = wordsOf(name.includes('__') ? name.slice(name.lastIndexOf('__') + 2) : name);
  const context = wordsOf(name);
  const things = thingsOf(args);
  const said: Said[] = [];
  const first = phrase(own, { context, things });
  if (first !== null) said.push(first);
  for (const [key, value] of Object.entries(args)) {
    // What a shell is given runs there and is read as that.
    if (shell && /^(?:command|cmd)$/.test(flat(key))) continue;
    if (typeof value !== 'string' || value.length > 60 || !ACTION_KEYS.test(flat(key)) || !NAME.test(value) || /^[A-Z]+$/.test(value)) continue;
    const words = wordsOf(value);
    if (words.length > 4 && value.includes(' ')) continue;
    const one = phrase(words, { context: [...context, ...words], things: [...own.filter((word) => !ACTS.has(word)), ...things] });
    if (one !== null) said.push(one);
  }
  return said;
}

interface Around {
  readonly context: readonly string[];
  /** What the arguments name, where the words name nothing. */
  readonly things: readonly string[];
}

function phrase(words: readonly string[], { context, things }: Around): Said | null {
  if (words.some((word) => REHEARSED.test(word))) return null;
  let at = words.findIndex((word) => ACTS.has(word) && !MANNER.has(word));
  if (at < 0) return null;
  let verb = words[at] ?? '';
  // `turn_off_firewall`, `shut_down`, `tear_down`, `factory_reset`, `power_off`.
  const back = words[at - 1] ?? '';
  if (verb === 'off' && back !== 'turn' && back !== 'switch' && back !== 'power') return null;
  const ahead = words.slice(at + 1);
  if (verb === 'shut' && ahead[0] === 'down') at += 1;
  const rest = words.slice(at + 1);
  const end = rest.findIndex((word) => PREPOSITIONS.has(word));
  const said = (end < 0 ? rest : rest.slice(0, end)).filter(matters);
  const before = words.slice(0, at).filter(matters);
  const objects = said.length > 0 ? said : [...(end < 0 ? before : []), ...things];
  if (verb === 'reset' && back === 'factory') verb = 'format';
  const pays =
    /^(?:make|create|submit|issue|add)$/.test(verb) &&
    objects.some((word) => /^(?:payments?|transfers?|withdrawals?|purchases?|donations?|remittance|payouts?|refunds?)$/.test(word));
  const act = pays ? 'pay' : (ACTS.get(verb) ?? 'other');
  return { act, verb, objects, words: new Set([...context, ...words, ...things]), from: end >= 0 && rest[end] === 'from' };
}

/** What a declaration's first sentence says, for a tool whose name says nothing: `Permanently deletes all users.` */
export function saidInWords(description: string, args: JsonObject): Said | null {
  const sentence = description.slice(0, 300).split(/[.;\n(]/, 1)[0] ?? '';
  const words = wordsOf(sentence).slice(0, 16).map(plainVerb);
  const at = words.findIndex((word) => ACTS.has(word) && !MANNER.has(word));
  return at < 0 || at > 2 ? null : phrase(words, { context: words, things: thingsOf(args) });
}

/** `deletes` is `delete`, `destroys` is `destroy`. */
function plainVerb(word: string): string {
  const bare = word.endsWith('s') ? word.slice(0, -1) : word;
  return !ACTS.has(word) && ACTS.has(bare) ? bare : word;
}

/** What only tells how it would be. */
const REHEARSED = /^(?:simulat(?:e|or|ion)|calculat(?:e|or)|estimat(?:e|or)|preview|demo|forecast|mock|quote|dryrun|history|status)$/;

const matters = (word: string): boolean => !MANNER.has(word) && !/^\d+$/.test(word) && word !== 'id' && word !== 'ids';

/** The kinds of things that arguments name: `{"kind":"namespace"}`, `{"table":"users"}`. */
function thingsOf(args: JsonObject): string[] {
  const found: string[] = [];
  for (const [key, value] of Object.entries(args)) {
    if (typeof value !== 'string' || value === '') continue;
    if (OBJECT_KEYS.test(flat(key)) && value.length <= 40 && NAME.test(value)) found.push(...wordsOf(value));
  }
  const keys = Object.keys(args).filter((key) => typeof args[key] === 'string');
  const single = keys.find((key) => /^(?:table|database|bucket|namespace|cluster|volume|instance|collection|schema)(?:_?(?:id|name))?$/i.test(key));
  if (
    found.length === 0 &&
    single !== undefined &&
    !keys.some((key) => /^(?:id|row|record|key|document|name|where|filter|object|file|path)/i.test(key))
  )
    found.push(...wordsOf(single).slice(0, 1));
  return found;
}
