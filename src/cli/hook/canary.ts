import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { HarnessName } from '../../intercept/hook/harness.ts';
import { CANARY } from '../../intercept/hook/normalise.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { valueAt } from '../install/edit.ts';
import { installations } from '../install/ledger.ts';
import type { Installation } from '../install/ledger.ts';
import { keptFromRunning } from './codex.ts';
import { handlersOf, writtenUnder } from './written.ts';

export interface Canary {
  readonly harness: string;
  readonly label: string;
  /** `protected`: Aegis itself refused. `closed`: refused though Aegis could not be asked. `unprotected`: it would have run. */
  readonly state: 'protected' | 'closed' | 'unprotected';
  readonly detail: string;
  readonly agent: string;
}

const EVENT: Readonly<Record<HarnessName, string>> = {
  'claude-code': 'PreToolUse',
  codex: 'PreToolUse',
  cursor: 'preToolUse',
  gemini: 'BeforeTool',
  copilot: 'preToolUse',
};

const PATIENCE_MS = 15_000;

/** Makes a call that must be stopped, through each harness's own settings and in its own way (HOOK-13). */
export async function canaries(): Promise<readonly Canary[]> {
  const hooks = installations().filter(({ kind }) => kind === 'hook');
  return Promise.all(hooks.map((one) => canary(one)));
}

/** The same through one installed hook. Only what stands in the settings as it was written there is run. */
export async function canary(installation: Installation): Promise<Canary> {
  const { harness = '', path = '', agent = '' } = installation.detail;
  const found = (state: Canary['state'], detail: string): Canary => ({ harness, label: installation.label, state, detail, agent });
  const text = existsSync(path) ? readFileSync(path, 'utf8') : null;
  if (text === null) return found('unprotected', `${path} is gone`);
  const event = EVENT[harness as HarnessName];
  const isWritten = writtenUnder(installation, event);
  const handlers = handlersOf(valueAt(text, ['hooks', event])).filter(isWritten);
  if (handlers.length === 0) return found('unprotected', `no hook of Aegis stands under hooks.${event} in ${path} as it was written`);
  if (valueAt(text, ['disableAllHooks']) === true) return found('unprotected', `disableAllHooks is set in ${path}`);
  const kept = harness === 'codex' ? keptFromRunning(path, isWritten) : null;
  if (kept !== null) return found('unprotected', kept);
  const nonce = randomBytes(9).toString('base64url');
  const answers = await Promise.all(handlers.map((handler) => asked(handler, JSON.stringify(payloadOf(harness, nonce)))));
  const heard = answers.find(({ refused, text: said }) => refused && said.includes(nonce));
  if (heard !== undefined) return found('protected', 'the canary was recorded and refused');
  const refused = answers.find((answer) => answer.refused);
  return refused === undefined
    ? found('unprotected', `a call that must be stopped would have run: ${answers[0]?.text.slice(0, 200) ?? ''}`)
    : found('closed', 'Aegis could not be asked; calls are refused without it');
}

/** The call as the harness would tell of it. */
function payloadOf(harness: string, nonce: string): JsonObject {
  const session = `canary-${nonce}`;
  if (harness === 'copilot') return { sessionId: session, timestamp: Date.now(), cwd: process.cwd(), toolName: CANARY, toolArgs: { nonce } };
  const call = { tool_name: CANARY, tool_input: { nonce } };
  if (harness === 'cursor') return { conversation_id: session, hook_event_name: 'preToolUse', ...call };
  return { session_id: session, cwd: process.cwd(), hook_event_name: EVENT[harness as HarnessName], tool_use_id: session, ...call };
}

interface Answer {
  readonly refused: boolean;
  readonly text: string;
}

function asked(handler: JsonObject, payload: string): Promise<Answer> {
  const command = handler['command'] ?? handler['bash'];
  return typeof command === 'string' ? commanded(command, payload) : posted(handler, payload);
}

/** As a harness with an http handler does it: a refusal is a 2xx that says deny, anything else goes by `onFailure`. */
async function posted({ url, headers, onFailure }: JsonObject, payload: string): Promise<Answer> {
  try {
    const given = (headers ?? {}) as Record<string, string>;
    const response = await fetch(String(url), {
      method: 'POST',
      headers: { ...given, 'content-type': 'application/json' },
      body: payload,
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'error',
    });
    const text = await response.text();
    if (response.ok) return { refused: denies(text), text };
    return { refused: onFailure === 'block', text: `status ${String(response.status)}` };
  } catch (error) {
    return { refused: onFailure === 'block', text: error instanceof Error ? error.message : String(error) };
  }
}

/** As a harness runs a command: exit code 2 refuses, so does an answer that says deny; any other code lets the call run. */
function commanded(command: string, payload: string): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'], timeout: PATIENCE_MS });
    let said = '';
    const hear = (part: string): void => void (said += part);
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => resolve({ refused: false, text: error.message }));
    child.on('close', (code) => resolve({ refused: code === 2 || (code === 0 && denies(said)), text: said }));
    child.stdin.end(payload);
  });
}

function denies(text: string): boolean {
  try {
    const said = JSON.parse(text) as Record<string, unknown> & { hookSpecificOutput?: { permissionDecision?: unknown } };
    return [said['permission'], said['decision'], said['permissionDecision'], said.hookSpecificOutput?.permissionDecision].includes('deny');
  } catch {
    return false;
  }
}
