import type { JsonObject } from '../../kernel/json.ts';
import type { Category, Operation, Risk } from '../../kernel/finding.ts';
import type { Said } from './said.ts';
import { scopeOf } from './scope.ts';
import type { Scope } from './scope.ts';
import {
  CREDENTIALS,
  DATABASES,
  DATA_CONTEXT,
  GUARDS,
  KEY_OF,
  MACHINES,
  MANY,
  OWNERS,
  RECORDS,
  RECORD_OF,
  SEARCH_STORES,
  STORES,
  TABLES,
  WORKS,
} from './tables.ts';

/** One harm that a tool's own words announce. */
export interface Deed {
  readonly code: string;
  readonly risk: Risk;
  readonly operation: Operation;
  readonly category?: Category;
}

const lost = (code: string, category: Category = 'data', risk: Risk = 'HIGH'): Deed => ({ code, risk, operation: 'delete', category });

/** What is destroyed, stopped or switched off, from verb, object and scope together (INSPECT-131). */
export function deedOf(said: Said, args: JsonObject): Deed | null {
  const scope: Scope = said.words.has('all') || said.words.has('every') || said.words.has('everything') ? 'all' : scopeOf(args);
  const changed = mass(said, scope);
  switch (said.act) {
    case 'destroy':
    case 'delete':
      return guardLost(said) ?? thingLost(said, scope, args) ?? changed ?? store(said);
    case 'stop':
      return guardLost(said) ?? stopped(said, scope);
    case 'disable':
      if (said.verb === 'revoke' && scope === 'all' && MANY.has(head(said))) return lost('TOOL_DELETE_ALL');
      return guardLost(said) ?? (said.verb === 'off' ? stopped(said, scope) : null);
    case 'give':
      return switchedOff(said, args) ?? changed;
    default:
      return null;
  }
}

/** The thing of a compound is its last word: `delete_project_comment` deletes a comment. */
const head = ({ objects }: Said): string => objects.filter((word) => word !== 'all' && word !== 'every').at(-1) ?? '';

/** Verbs that empty or tidy a thing and leave it standing. */
const SOFT = /^(?:clear|clean|cleanup|reset|flush|overwrite)$/;

function thingLost(said: Said, scope: Scope, args: JsonObject): Deed | null {
  const thing = head(said);
  const { verb } = said;
  const soft = SOFT.test(verb);
  if (said.from && verb === 'remove') return scope === 'all' && MANY.has(thing) ? lost('TOOL_DELETE_ALL') : null;
  if (
    (DATABASES.has(thing) || (DATA_CONTEXT.has(thing) && /^(?:flush|wipe|purge|drop|destroy|reset|nuke|erase)$/.test(verb))) &&
    !/^clean/.test(verb)
  )
    return lost('DATABASE_DESTROY', 'database');
  if (TABLES.has(thing)) return tableLost(said, thing, soft) ? lost('DATABASE_DESTROY', 'database') : null;
  if (verb === 'format') return FORMATTED.test(thing) ? lost('SERVICE_DESTROY') : null;
  if (STORES.has(thing) && verb !== 'reset' && verb !== 'overwrite') return lost('SERVICE_DESTROY');
  if (soft) return RECORDS.has(thing) ? lost('TOOL_DEFENCE_OFF') : null;
  if (OWNERS.has(thing) && scope === 'all') return lost('TOOL_DELETE_ALL');
  return MACHINES.has(thing) || OWNERS.has(thing) || WORKS.has(thing) || CREDENTIALS.has(thing) ? lost('SERVICE_DESTROY') : keyed(said, args, thing);
}

/** A table may also stand in a restaurant and a collection be of photographs. */
function tableLost({ act, verb, words }: Said, thing: string, soft: boolean): boolean {
  const database = [...words].some((word) => DATA_CONTEXT.has(word));
  if (soft) return database;
  return act === 'destroy' ? verb !== 'format' : database || (verb !== 'remove' && /^(?:tables?|measurement)$/.test(thing));
}

const FORMATTED =
  /^(?:disks?|drives?|partitions?|volumes?|device|devices|usb|sd|card|storage|filesystem|system|computer|phone|tablet|machine|server|database|router)$|^$/;

const CLOUDS: ReadonlySet<string> = new Set('lambda serverless cosmos cloudrun ecs fargate heroku appengine'.split(' '));

/** Things that are only what they are beside another word: a key of the KMS, a record of a DNS zone, an index of a search store. */
function keyed({ words }: Said, args: JsonObject, thing: string): Deed | null {
  const beside = (names: ReadonlySet<string>): boolean => [...words].some((word) => names.has(word));
  if ((thing === 'key' || thing === 'keys') && (beside(KEY_OF) || words.has('deletion'))) return lost('SERVICE_DESTROY');
  if (/^records?$|^recordset$/.test(thing) && beside(RECORD_OF)) return lost('SERVICE_DESTROY');
  if (/^(?:function|functions|container|app|service)$/.test(thing) && beside(CLOUDS)) return lost('SERVICE_DESTROY');
  if (/^(?:domain|domains)$/.test(thing)) return lost('SERVICE_DESTROY');
  if (/^(?:index|indices|indexes)$/.test(thing) && (beside(SEARCH_STORES) || /[*]|^_all$/.test(String(args['index'] ?? args['name'] ?? ''))))
    return lost('DATABASE_DESTROY', 'database');
  return /^(?:queue|queues|topic|topics)$/.test(thing) && beside(new Set(['purge', 'drop', 'destroy', 'flush'])) ? lost('SERVICE_DESTROY') : null;
}

/** All of what there is many of; a delete or an update that chooses nothing. */
function mass(said: Said, scope: Scope): Deed | null {
  if (scope !== 'all') return null;
  const thing = head(said);
  const deletes = said.act === 'delete' || said.act === 'destroy';
  if (said.act === 'give')
    return said.verb === 'update' && (said.words.has('many') || /^(?:records|rows|documents|users|all|many)$/.test(thing))
      ? { code: 'TOOL_CHANGE_ALL', risk: 'HIGH', operation: 'write', category: 'data' }
      : null;
  if (!deletes || said.verb === 'reset' || said.verb === 'overwrite') return null;
  const named = MANY.has(thing) || thing === 'many' || thing === 'query' || thing === '' || said.words.has('many') || said.words.has('query');
  return named && !(thing === '' && said.words.has('cache')) ? lost('TOOL_DELETE_ALL') : null;
}

/** `redis_flushall`, `terraform_destroy`: the verb says it all. */
function store({ verb, words, objects }: Said): Deed | null {
  if (/^flush(?:all|db)$/.test(verb)) return lost('DATABASE_DESTROY', 'database');
  if (words.has('terraform') || words.has('pulumi') || words.has('tofu')) return verb === 'destroy' ? lost('INFRA_DESTROY') : null;
  return /^(?:nuke|wipe|obliterate|annihilate)$/.test(verb) && objects.length === 0 ? lost('TOOL_DELETE_ALL') : null;
}

const RUNS = /^(?:services?|process|processes|connections?|sessions?|containers?|pods?|jobs?|apps?|applications?|deployments?)$/;
const STOPS_ONE = /^(?:terminate|termination|shutdown|halt|poweroff|reboot|kill|shut|off|decommission)$/;

function stopped(said: Said, scope: Scope): Deed | null {
  const thing = head(said);
  const stop: Deed = { code: 'TOOL_STOP', risk: 'HIGH', operation: 'delete', category: 'data' };
  const machine = MACHINES.has(thing) || DATABASES.has(thing);
  if (said.verb === 'terminate' || said.verb === 'termination') {
    if (machine || OWNERS.has(thing) || /^employ(?:ee|ment)s?$/.test(thing)) return { ...stop, code: 'SERVICE_DESTROY' };
  } else if (machine && STOPS_ONE.test(said.verb) && !/^(?:nodes?|environments?|zones?)$/.test(thing)) return stop;
  if (machine && /^(?:stop|restart)$/.test(said.verb) && said.objects.some((word) => word === 'prod' || word === 'production')) return stop;
  if (machine && said.verb === 'stop' && /^(?:instances?|vms?|clusters?|production|hosts?|fleet|db|databases?)$/.test(thing)) return stop;
  if (scope === 'all' && (machine || RUNS.test(thing) || (OWNERS.has(thing) && said.verb !== 'cancel'))) return stop;
  return null;
}

/** A guard that is deleted, stopped, cleared or switched off. */
function guardLost(said: Said): Deed | null {
  const thing = head(said);
  const { verb } = said;
  const off: Deed = { code: 'TOOL_DEFENCE_OFF', risk: 'HIGH', operation: 'admin' };
  if (verb === 'cancel' || verb === 'mute' || verb === 'format' || said.from) return null;
  if (GUARDS.has(thing) && !(STORES.has(thing) && (said.act === 'delete' || said.act === 'destroy'))) return off;
  if (thing === 'monitoring' || thing === 'alarms' || thing === 'verification' || thing === 'authentication')
    return said.act === 'disable' && verb !== 'mute' && verb !== 'pause' ? off : null;
  if (/^logs?$/.test(thing) && /^(?:clear|wipe|erase|purge|delete|truncate|destroy|shred)$/.test(verb))
    return said.objects.some((word) => /^(?:audit|system|event|access|security|auth)$/.test(word)) || verb === 'wipe' || verb === 'clear'
      ? off
      : null;
  return /^(?:rules?|policy|policies)$/.test(thing) && said.objects.some((word) => GUARDS.has(word) || word === 'security') ? off : null;
}

/** `configure_firewall {enabled: false}`. */
function switchedOff(said: Said, args: JsonObject): Deed | null {
  if (!/^(?:set|update|configure|toggle|change|modify|put|enable)$/.test(said.verb) || !said.objects.some((word) => GUARDS.has(word))) return null;
  const off = Object.entries(args).some(
    ([key, value]) =>
      /^(?:enabled?|active|on|state|status|mode|value)$/i.test(key) &&
      (value === false || (typeof value === 'string' && /^(?:off|false|disabled?|none|inactive)$/i.test(value))),
  );
  return off ? { code: 'TOOL_DEFENCE_OFF', risk: 'HIGH', operation: 'admin' } : null;
}
