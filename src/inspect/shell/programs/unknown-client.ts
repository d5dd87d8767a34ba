import type { Call, Seen } from '../call.ts';
import { harm } from '../call.ts';
import { isDryRun, isHelp } from '../options.ts';

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Options by which whoever calls says not to be asked, or means everything: what follows a verb of loss is then meant. */
const SURE =
  /^--?(?:yes|assume-yes|force|force-delete|confirm(?:=.*)?|no-confirm|no-prompts?|no-input|noinput|non-?interactive|skip-confirm(?:ation)?|auto-approve|all|purge|cascade|recursive|i-understand.*|really.*)$|^-y$/;

/** Verbs after which what they name is gone, whatever it is. */
const ENDS = set('destroy purge terminate wipe drop obliterate nuke decommission deprovision teardown expunge');
/** Verbs nobody uses for what is made again. */
const WHOLE = set('destroy terminate obliterate nuke decommission deprovision teardown undefine');
const DELETES = set('delete remove rm del erase revoke disable deactivate deregister unregister reset flush truncate archive suspend');
const SHOWS = set('get show print reveal read access view export decrypt dump cat list-values');
const GRANTS = set('grant assign promote elevate add-role bind allow invite');
const PUBLISHES = set('publish unpublish yank');

/** What people or services live on: the thing in front of the verb, or behind it. */
const VALUED = set(`
  cluster clusters database databases db instance instances project projects app apps application applications service services bucket buckets volume volumes
  disk disks user users tenant tenants account accounts org orgs organization organizations organisation team teams namespace namespaces environment
  environments env zone zones domain domains table tables backup backups snapshot snapshots server servers droplet droplets vm vms machine machines node nodes
  pool pools stack stacks site sites repo repos repository repositories secret secrets key keys collection collections index indexes topic topics queue queues
  stream streams store stores registry registries customer customers subscription subscriptions deployment deployments release releases workspace workspaces
  function functions host hosts network networks vpc role roles policy policies group groups member members token tokens certificate certificates dataset
  datasets datasource datasources workflow workflows experiment experiments asset assets artifact artifacts warehouse schema record records dns loadbalancer firewall gateway endpoint endpoints model models pipeline pipelines webhook webhooks
`);
/** Things that are made again, or that are the caller's own. */
const OWN = set(`
  cache caches config configuration alias aliases branch tag bookmark bookmarks label labels comment comments draft drafts todo todos task tasks note notes
  plugin plugins extension extensions package packages dependency dependencies dep deps snippet snippets theme themes profile profiles session sessions history
  log logs tab window pane temp tmp worktree stash lock locks hook hooks item items file files word words line lines column run runs job jobs test tests
  setting settings preference preferences template templates import imports key-binding shortcut playlist track
`);
/** What a package manager only keeps the address of: removing it from its list loses nothing. */
const LISTED = set('repo repos repository repositories registry registries');
const SECRET = set('secret secrets token tokens credential credentials password passwords apikey apikeys api-key api-keys secret-key private-key');
const RIGHTS = set('role roles permission permissions policy policies access member members admin iam acl rbac');

const LOST = { operation: 'delete', category: 'network' } as const;

/**
 * A client nothing is known of, by the shape clients have: things, a verb, a name (`tool clusters delete prod`). What is destroyed must be a thing
 * others live on; a verb alone, and what is made again, is nothing.
 */
export function readClient(call: Call): Seen[] {
  const words = commandWords(call);
  if (words.length < 1 || isHelp(call.args) || isDryRun(call.args)) return [];
  const [first = '', second = ''] = words;
  const sure = call.args.some(({ text }) => SURE.test(text));
  if (words.length <= 2 && PUBLISHES.has(first))
    return [harm('SUPPLY_PUBLISH', 'HIGH', { detector: 'supply-chain', category: 'supply-chain', operation: 'deploy' })];
  for (let at = 0; at < Math.min(words.length, 4); at++) {
    const seen = verbAt(words, at, sure);
    if (seen !== undefined) return seen;
  }
  return first !== '' && SECRET.has(first) && (second === 'print' || second === 'show')
    ? [harm('SHELL_SECRET_PRINT', 'HIGH', { operation: 'read' })]
    : [];
}

/** What the word at this place does as a verb; undefined where it is none. */
function verbAt(words: readonly string[], at: number, sure: boolean): Seen[] | undefined {
  const [verb = '', next = ''] = words.slice(at);
  const thing = words[at - 1] ?? '';
  const speaksOf = (of: ReadonlySet<string>): boolean => of.has(thing) || of.has(next);
  if (SHOWS.has(verb) && speaksOf(SECRET)) return [harm('SHELL_SECRET_PRINT', 'HIGH', { operation: 'read', category: 'data' })];
  if (GRANTS.has(verb) && speaksOf(RIGHTS) && words.length > at + 1) return [harm('SHELL_PRIVILEGE', 'HIGH', { operation: 'admin' })];
  if (!ENDS.has(verb) && !DELETES.has(verb)) return undefined;
  return takesAway({ verb, next, thing, at }, words.length, sure) ? [harm('SERVICE_DESTROY', 'HIGH', LOST)] : [];
}

interface Deletion {
  readonly verb: string;
  readonly next: string;
  readonly thing: string;
  readonly at: number;
}

/** What stands in front of the verb or behind it is something others live on, or the verb says by itself that nothing is left. */
function takesAway({ verb, next, thing, at }: Deletion, length: number, sure: boolean): boolean {
  const named = at > 0 ? next !== '' : length > 2;
  const what = at > 0 ? thing : next;
  const ends = ENDS.has(verb);
  if (OWN.has(what) || (LISTED.has(what) && /^(?:remove|rm|disable|reset)$/.test(verb))) return false;
  if (sure && (ends || VALUED.has(thing) || VALUED.has(next))) return true;
  if (at === 0 && length > 1 && WHOLE.has(verb)) return true;
  return (at > 0 && VALUED.has(thing) && ends) || (named && (VALUED.has(what) || (at > 0 && ends)));
}

/** The words in front of the first that is no word of a command's language. */
function commandWords({ args }: Call): string[] {
  const words: string[] = [];
  for (const { text } of args.slice(0, 12)) {
    if (text.startsWith('-')) continue;
    if (words.length === 0 && !/^[a-z][a-z0-9]*(?:[-_:./][a-z0-9]+){0,4}$/.test(text)) return [];
    if (words.length === 0) words.push(...partsOf(text));
    else words.push(text);
  }
  return words;
}

/** `vm.destroy`, `db:drop`, `sql-drop`: a thing and what is done to it, said as one word; any other word stays whole. */
function partsOf(word: string): string[] {
  const parts = word.split(/[-_:./]/);
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (parts.length < 2 || (/[./]/.test(word) && /\.(?:[cm]?[jt]sx?|py|rb|sh|go|rs|ya?ml|json|toml|txt|md)$/.test(word))) return [word];
  if (ENDS.has(last) || DELETES.has(last)) return [parts.slice(0, -1).join('-'), last];
  return ENDS.has(first) || DELETES.has(first) ? [parts.slice(1).join('-'), first] : [word];
}
