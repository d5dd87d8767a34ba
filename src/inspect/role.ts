import type { Category, PathFact } from '../kernel/finding.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { ToolClass } from './classify/classify.ts';
import { wordsOf } from './classify/words.ts';
import { codeShape, hostShape, mathShape, pathShape, sqlOpening, sqlShape, urlShape } from './shape.ts';
import { isPatch } from './formats/patch.ts';
import type { Leaf } from './walk.ts';

/** What a value is to the tool that gets it. `prose` is text that is carried, never run. */
export type Role =
  | { readonly type: 'shell' }
  | { readonly type: 'maybe-shell' }
  | { readonly type: 'code' }
  | {
      readonly type: 'sql';
      /** By its shape alone, where a single value is expected: a statement there is itself a fragment. */ readonly guessed?: true;
    }
  | { readonly type: 'path'; readonly access: PathFact['access'] }
  | {
      readonly type: 'url';
      /** A host alone, of which the tool may make anything: only what no honest call names is said of it. */ readonly bare?: true;
    }
  | { readonly type: 'recipient' }
  /** Files it names are written and deleted; its lines are their content. */
  | { readonly type: 'patch' }
  | { readonly type: 'prose' }
  | { readonly type: 'plain' };

export interface RoleContext {
  readonly tool: ToolClass;
  readonly category: Category | undefined;
  readonly args: JsonObject;
  /** Strings in the whole call; a tool with one string gets its command there. */
  readonly strings: number;
  /** Arguments that the tool's declaration says are SQL. */
  readonly sqlKeys?: ReadonlySet<string>;
}

const set = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const SHELL_TOOLS = set('bash sh zsh shell terminal powershell pwsh cmd console subprocess tmux tty');
const COMMAND_WORDS = set('command commands cmd shell exec process system script swe');
const RUN_WORDS = set('run exec execute spawn launch invoke start action');
const CODE_TOOLS = set('python python3 ipython jupyter javascript js node nodejs typescript deno ruby perl php repl interpreter notebook lua');
const SHELL_KEYS = set('command cmd commands cmdline commandline shellcommand bash shell sh exec argv program executable');
const SCRIPT_KEYS = set('script input code source snippet program text args arguments query keystrokes');
const CODE_KEYS = set('code source snippet script program expression py python js javascript cell');
const SQL_KEYS = set('sql query statement statements stmt queries');
/** Keys that can mean nothing else. */
const ONLY_SQL = set('sql tsql plsql sqlquery sqlstatement sqltext rawsql querysql stmt');
/** Stores that are asked in languages of their own. */
const OTHER_STORES = set('mongo mongodb mongosh redis valkey elasticsearch opensearch elastic dynamodb firestore graphql couchdb gremlin sparql');
const QUERY_WORDS = set('query queries execute exec run read write select statement fetch batch explain');
const MATH_WORDS = set(
  'calculator calculate calc math maths mathematics arithmetic evaluate eval compute solve equation expression formula algebra sympy wolfram logic',
);
const PATH_KEYS = set('path paths file filename filepath files dir directory folder cwd root src dst dest workdir target source destination');
const URL_KEYS = set('url uri href endpoint webhook link urls host hostname origin domain server baseurl callback site proxy');
/** Keys whose value is fetched; the others may hold a name alone. */
const FETCHED = set('url uri href link urls webhook baseurl callback proxy');
const RECIPIENT_KEYS = set('to cc bcc recipient recipients email emails mailto addressee receiver phone attendees invitees');
const PROSE_KEYS = set(
  'body content contents message text description comment comments note notes title subject prompt summary question answer instructions instruction reason explanation thought thoughts caption bio story details reply feedback review abstract markdown html patch diff old new replacement template paragraph sentence topic',
);
const SEARCH_TOOLS = set('search websearch google bing ask grep lookup');
const SEARCHED = set('web internet docs documentation google bing websearch wikipedia');
const VALUE_KEYS = set(
  'q search keyword keywords term name username user login id uid title filter category value email password lastname firstname city',
);
const WRITERS = set('write create edit save append update insert commit add put note apply str replace');

/** Decides by tool, key, shape, in that order; what runs wins over what is carried (INSPECT-2, INSPECT-3). */
export function roleOf(leaf: Leaf, text: string, context: RoleContext): Role {
  if (leaf.isKey) return { type: 'plain' };
  const words = wordsOf(leaf.key);
  const joined = words.join('');
  const has = (names: ReadonlySet<string>): boolean => words.some((word) => names.has(word)) || names.has(joined);
  if (mentions(text, { context, has })) return { type: 'prose' };
  const running = runs(text, { context, has });
  if (running !== undefined) return running;
  if (urlShape(text)) return { type: 'url' };
  const writing = context.tool.words.some((word) => WRITERS.has(word));
  if (has(PROSE_KEYS) || (writing && has(CODE_KEYS))) return carried(text, { context, has, writing });
  if (sqlShape(text)) return has(VALUE_KEYS) ? { type: 'sql', guessed: true } : { type: 'sql' };
  if (has(URL_KEYS) && !/\s/.test(text)) return has(FETCHED) || text.includes('/') ? { type: 'url' } : { type: 'url', bare: true };
  if (context.tool.categories.includes('network') && context.strings === 1 && hostShape(text)) return { type: 'url' };
  if (pathShape(text) || (has(PATH_KEYS) && text.length < 4096 && !text.includes('\n'))) return { type: 'path', access: accessOf(context) };
  if (has(RECIPIENT_KEYS)) return { type: 'recipient' };
  return { type: 'plain' };
}

/** What is looked up, reckoned with or laid out, and runs nowhere. */
function mentions(text: string, { context, has }: Runs): boolean {
  const { words } = context.tool;
  if (asksTheWeb(context) && !has(URL_KEYS)) return true;
  if (words.some((word) => MATH_WORDS.has(word)) && mathShape(text)) return true;
  return context.category === undefined && (has(SQL_KEYS) || has(ONLY_SQL)) && onlyWrites(words);
}

const PATCH_WORDS = set('patch diff apply edit hunk codex udiff');
const PATCH_KEYS = set('patch diff input command cmd patchtext udiff args');

/** A patch is applied where the tool or the key says so; a message or a file that quotes one is none. */
function patches({ context: { tool }, has }: Runs): boolean {
  if (tool.operations.includes('send') || tool.operations.includes('read')) return false;
  const named = tool.words.some((word) => PATCH_WORDS.has(word));
  return named || (has(PATCH_KEYS) && !tool.words.includes('commit'));
}

/** A question to a search engine or to documentation is a mention by definition (INSPECT-3). */
function asksTheWeb({ tool, category }: RoleContext): boolean {
  if (category !== undefined || tool.categories.includes('database') || tool.categories.includes('shell')) return false;
  return tool.words.some((word) => SEARCH_TOOLS.has(word)) && tool.words.some((word) => SEARCHED.has(word));
}

/** `format_sql`, `lint_query`: what is given is laid out or checked, and asked of nobody. */
const onlyWrites = (words: readonly string[]): boolean =>
  words.some((word) => /^(?:format|lint|beautify|prettify|highlight|transpile|tokenize|minify|validate|parse)$/.test(word)) &&
  !words.some((word) => /^(?:run|exec|execute|and|then)$/.test(word));

interface Runs {
  readonly context: RoleContext;
  readonly has: (names: ReadonlySet<string>) => boolean;
}

function runs(text: string, { context, has }: Runs): Role | undefined {
  if (patches({ context, has }) && isPatch(text)) return { type: 'patch' };
  const { words } = context.tool;
  const shellTool = context.category === 'shell' || words.some((word) => SHELL_TOOLS.has(word)) || runsCommands(words);
  const codeTool = words.some((word) => CODE_TOOLS.has(word)) || (words.includes('code') && words.some((word) => RUN_WORDS.has(word)));
  if (codeTool && (has(CODE_KEYS) || has(SCRIPT_KEYS) || context.strings === 1)) return { type: 'code' };
  if (shellTool && (has(SHELL_KEYS) || has(SCRIPT_KEYS) || context.strings === 1)) return codeShape(text) ? { type: 'code' } : { type: 'shell' };
  if (isSql(text, { context, has })) return { type: 'sql' };
  if (words.some((word) => OTHER_STORES.has(word)) && has(SQL_KEYS)) return { type: 'prose' };
  if (has(SHELL_KEYS)) return { type: 'maybe-shell' };
  return undefined;
}

/** SQL is what the key, the tool's declaration or the content says (INSPECT-125). */
function isSql(text: string, { context, has }: Runs): boolean {
  const { words, categories } = context.tool;
  const other = words.some((word) => OTHER_STORES.has(word));
  const spaced = /\s/.test(text.trim());
  if (has(ONLY_SQL) && (spaced || sqlOpening(text))) return true;
  if (context.sqlKeys !== undefined && context.sqlKeys.size > 0 && has(context.sqlKeys) && (spaced || sqlOpening(text))) return true;
  const database = !other && (context.category === 'database' || categories.includes('database'));
  if (database && (has(SQL_KEYS) || context.strings === 1) && (spaced || sqlOpening(text))) return true;
  if (!has(SQL_KEYS) || has(PROSE_KEYS)) return false;
  return sqlShape(text) || (!other && words.every((word) => QUERY_WORDS.has(word) || word === 'mcp') && sqlOpening(text));
}

function runsCommands(words: readonly string[]): boolean {
  return words.some((word) => COMMAND_WORDS.has(word)) && (words.some((word) => RUN_WORDS.has(word)) || words.length === 1);
}

function carried(text: string, { context, has, writing }: Runs & { readonly writing: boolean }): Role {
  // INSPECT-3: a text is carried unless the tool does nothing but hand short values to something that parses them.
  if (writing || context.tool.operations.includes('send') || text.length > 200) return { type: 'prose' };
  return has(PROSE_KEYS) ? { type: 'prose' } : { type: 'plain' };
}

function accessOf(context: RoleContext): PathFact['access'] {
  const { operations, words } = context.tool;
  if (operations.includes('delete')) return 'delete';
  if (operations.includes('write') || words.some((word) => WRITERS.has(word))) return 'write';
  if (operations.includes('execute')) return 'execute';
  return operations.includes('read') ? 'read' : 'unknown';
}
