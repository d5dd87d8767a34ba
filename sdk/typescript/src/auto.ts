import { isMainThread } from 'node:worker_threads';
import { trackCalls, type Calls } from './calls.ts';
import { connect, type AegisClient } from './client.ts';
import { copiesOf, dependantsOf, moduleFolders, startingPoints, type Copy } from './copies.ts';
import { coverageOf, startLine, type Coverage, type Gap, type Guarded } from './coverage.ts';
import { AegisSetupError } from './errors.ts';
import { notice } from './notice.ts';
import { patchProvider } from './patch/ai-sdk-provider.ts';
import { guardToolExecution } from './patch/ai-sdk-tools.ts';
import { watchRequests } from './patch/unguarded-requests.ts';
import { pauseRuns } from './pause.ts';
import { instancesIn } from './resolve.ts';
import { settingsOf, type AegisOptions } from './settings.ts';
import { TARGETS, UNGUARDED } from './targets.ts';
import { guardWorkers } from './workers.ts';

export interface Aegis extends AegisClient {
  /** Packages that were found and are guarded, e.g. `openai`, `@langchain/core`. Empty means nothing is guarded but what you wrap. */
  readonly patched: readonly string[];
  /** What is decided in this process and what is not, as far as it is known by now. */
  coverage(): Coverage;
}

export interface AutoOptions extends AegisOptions {
  /** Where to look for the agent's libraries besides the current directory and the folder of the program. */
  readonly from?: string;
  /** Throw AegisSetupError where a library is not guarded or has a version that no test runs with. Default false: it is said on stderr. */
  readonly strict?: boolean;
  /**
   * When nobody has decided a call within `askTimeoutMs`, interrupt a LangGraph graph that keeps its state, or a run of OpenAI Agents, instead of denying
   * the call. Resumed under the same session, it asks again about the same action. Default false; not passed on to worker threads.
   */
  readonly pause?: boolean;
  /** Guard worker threads that this process starts. Default true. */
  readonly workers?: boolean;
}

/**
 * One line: `const aegis = auto('http://127.0.0.1:7411', { agentId: 'support-bot' })`.
 * Patches every copy of the libraries it finds, in their ESM and their CommonJS form, and returns the client.
 * Synchronous, so that it may stand anywhere before the first call. Throws AegisSetupError without a key or an agent id.
 */
export function auto(url?: string, options: AutoOptions = {}): Aegis {
  const given = { ...options, ...(url === undefined ? {} : { url }) };
  const settings = settingsOf(given);
  // One session for all that is made of it, threads too.
  const client = connect({ ...given, session: settings.session });
  if (options.pause === true) pauseRuns(client);
  const calls = trackCalls(client);
  const folders = moduleFolders(startingPoints(options.from));
  const found = joined([guardLibraries(folders, client, calls), guardAiSdk(folders, client, calls), unknownLibraries(folders)]);
  watchRequests();
  if (options.workers !== false) guardWorkers(settings);
  const coverage = nothingFound(found, folders);
  const line = startLine(coverage);
  if (line !== null && options.strict === true) throw new AegisSetupError(`strict: ${line}`);
  // Each thread is set up alike: it is said once.
  if (line !== null && isMainThread) notice(line);
  const patched = [...new Set(coverage.guarded.map(({ name }) => name))];
  return Object.assign(client, { patched, coverage: () => coverageOf(coverage) });
}

function joined(parts: readonly Coverage[]): Coverage {
  return {
    guarded: parts.flatMap(({ guarded }) => guarded),
    unguarded: parts.flatMap(({ unguarded }) => unguarded),
    open: parts.flatMap(({ open }) => open),
  };
}

function nothingFound(found: Coverage, folders: readonly string[]): Coverage {
  if (found.guarded.length > 0 || found.unguarded.length > 0) return found;
  const where = folders.length === 0 ? 'no folder node_modules was found' : `looked in ${folders[0] ?? ''}`;
  return {
    ...found,
    unguarded: [
      { what: 'this program', why: `no library that Aegis guards was found; ${where}. Pass { from }, wrap() the tools, or use the model proxy` },
    ],
  };
}

function guardLibraries(folders: readonly string[], client: AegisClient, calls: Calls): Coverage {
  const guarded: Guarded[] = [];
  const unguarded: Gap[] = [];
  const open: Gap[] = [];
  for (const target of TARGETS) {
    for (const copy of copiesOf(target.package, folders)) {
      const done = Object.entries(target.modules).map(([subpath, apply]) =>
        patchCopy(copy, subpath, (module) => apply(module as never, client, calls)),
      );
      const name = `${copy.name} ${copy.version}`;
      if (!done.every(Boolean)) unguarded.push({ what: `${name} in ${copy.folder}`, why: 'it is not built as the versions Aegis knows' });
      else guarded.push({ ...copy, where: target.where });
      const tested = target.tested.some((version) => copy.version.startsWith(version));
      if (!tested) unguarded.push({ what: name, why: `guarded, but only ${target.tested.map((version) => `${version}x`).join(' and ')} is tested` });
    }
    if (target.open !== undefined && guarded.some(({ name }) => name === target.package)) open.push({ what: target.package, why: target.open });
  }
  return { guarded, unguarded, open };
}

/** Provider packages of the AI SDK name its specification among what they need; tools it runs for any other model are guarded as they run. */
function guardAiSdk(folders: readonly string[], client: AegisClient, calls: Calls): Coverage {
  const kits = copiesOf('ai', folders);
  const providers = copiesOf('@ai-sdk/provider', folders).length === 0 ? [] : dependantsOf('@ai-sdk/provider', folders);
  const guarded = providers
    .filter(({ name }) => name !== 'ai' && name !== '@ai-sdk/provider-utils')
    .filter((copy) => patchCopy(copy, '', (module) => patchProvider(module, calls)))
    .map((copy) => ({ ...copy, where: 'the model class of the provider' }));
  if (kits.length === 0) return { guarded, unguarded: [], open: [] };
  applyOnce(AI_SDK, () => (guardToolExecution(client, calls), true));
  const old = kits.filter(({ version }) => !version.startsWith('7.'));
  return {
    guarded: [
      ...guarded,
      ...kits.filter((kit) => !old.includes(kit)).map((kit) => ({ ...kit, where: 'where a tool runs, for models of no known provider' })),
    ],
    unguarded: old.map(({ version }) => ({
      what: `tools of ai ${version} for models of no known provider`,
      why: 'only ai 7.x says when it runs a tool',
    })),
    open: [
      { what: 'ai', why: 'tools of models of no known provider, with telemetry: { isEnabled: false } or telemetry integrations of a call’s own' },
    ],
  };
}

function unknownLibraries(folders: readonly string[]): Coverage {
  const copies = UNGUARDED.flatMap((name) => copiesOf(name, folders).slice(0, 1));
  return {
    guarded: [],
    unguarded: copies.map(({ name, version }) => ({ what: `${name} ${version}`, why: 'no guard: wrap() its tools, or use the model proxy' })),
    open: [],
  };
}

function patchCopy(copy: Copy, subpath: string, apply: (module: object) => boolean): boolean {
  const instances = instancesIn(copy.folder, subpath);
  // Not one of them alone: the program may hold any.
  return instances.length > 0 && instances.map((instance) => applyOnce(instance, () => apply(instance))).every(Boolean);
}

const PATCHED = Symbol.for('aegis.patched');
const AI_SDK = {};

/** A second `auto()` in one process must not guard twice: one decision per action (DOOR). */
function applyOnce(instance: object, apply: () => boolean): boolean {
  const marks = ((globalThis as Record<symbol, unknown>)[PATCHED] ??= new WeakSet()) as WeakSet<object>;
  if (marks.has(instance)) return true;
  const done = apply();
  if (done) marks.add(instance);
  return done;
}
