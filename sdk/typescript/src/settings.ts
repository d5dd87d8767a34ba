import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AegisSetupError } from './errors.ts';
import { keptAnswerKey } from './kept-answer-key.ts';

export interface AegisOptions {
  /** Default `AEGIS_URL`, else http://127.0.0.1:7411. */
  readonly url?: string;
  /**
   * The local socket, which is asked before HTTP: a path, or `off`. Default `AEGIS_SOCKET`, else the one that belongs to the port of `url` when
   * that is http:// on this machine's loopback. HTTP is asked where nobody listens at it.
   */
  readonly socket?: string;
  /**
   * The daemon's answer key, which `aegis identity` prints: over HTTP only answers signed with it count. Default `AEGIS_ANSWER_KEY`, else the one
   * that `aegis login` kept for `url`.
   */
  readonly answerKey?: string;
  /** The agent's key. Default `AEGIS_KEY`. */
  readonly key?: string;
  /** Default `AEGIS_AGENT`. Must be the agent the key belongs to. */
  readonly agentId?: string;
  /** One run of the agent. Default `AEGIS_SESSION`, else a new UUID. */
  readonly session?: string;
  /** How long an action may wait for a person. Default `AEGIS_ASK_TIMEOUT_MS`, else 300_000. */
  readonly askTimeoutMs?: number;
  /** For one request that does not wait for a person. Default 10_000. */
  readonly timeoutMs?: number;
  /** Where local decisions are kept while Aegis is away. Default ~/.local/state/aegis/journal/<agent>.jsonl. */
  readonly journalPath?: string;
}

export type Settings = Required<Omit<AegisOptions, 'agentId'>> & { readonly agent: string };

/** @throws AegisSetupError that names the variable and the option */
export function settingsOf(options: AegisOptions): Settings {
  const env = process.env;
  const key = options.key ?? env['AEGIS_KEY'];
  const agent = options.agentId ?? env['AEGIS_AGENT'];
  if (key === undefined || key === '')
    throw new AegisSetupError('No agent key: set AEGIS_KEY or pass { key }. `npx aegis agents add <name>` makes one.');
  if (agent === undefined || agent === '') throw new AegisSetupError('No agent id: set AEGIS_AGENT or pass { agentId }.');
  const url = options.url ?? env['AEGIS_URL'] ?? 'http://127.0.0.1:7411';
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new AegisSetupError(`AEGIS_URL is not an http:// or https:// address: ${url}`);
  return {
    url,
    key,
    agent,
    session: options.session ?? env['AEGIS_SESSION'] ?? randomUUID(),
    socket: options.socket ?? env['AEGIS_SOCKET'] ?? '',
    answerKey: options.answerKey ?? env['AEGIS_ANSWER_KEY'] ?? keptAnswerKey(url),
    askTimeoutMs: options.askTimeoutMs ?? milliseconds(env['AEGIS_ASK_TIMEOUT_MS'], 300_000),
    timeoutMs: options.timeoutMs ?? 10_000,
    journalPath: options.journalPath ?? join(homedir(), '.local', 'state', 'aegis', 'journal', `${encodeURIComponent(agent)}.jsonl`),
  };
}

function milliseconds(text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new AegisSetupError(`AEGIS_ASK_TIMEOUT_MS is not a number of milliseconds: ${text}`);
  return value;
}

/** Where Aegis is on this machine, files that an action names can be looked for: in the folder this process works in. */
export function folderFor(url: string): { readonly cwd?: string } {
  const { hostname } = new URL(url);
  if (hostname !== 'localhost' && hostname !== '[::1]' && !hostname.startsWith('127.')) return {};
  try {
    return { cwd: process.cwd() };
  } catch {
    // The folder was removed under this process.
    return {};
  }
}
