import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { CANARY } from '../../intercept/hook/harness/canary.ts';
import type { Harness } from '../../intercept/hook/harness/harness.ts';
import { harnessOf } from '../../intercept/hook/harness/harnesses.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { valueAt } from '../install/settings-text.ts';
import { installations } from '../install/ledger.ts';
import type { Installation } from '../install/ledger.ts';
import { notRunBecause } from './control-file.ts';
import { settingsPath } from './settings-file.ts';
import { handlersOf, writtenUnder } from './written.ts';

/** What a canary through one installed hook showed. */
export interface CanaryResult {
  readonly harness: string;
  readonly label: string;
  /** `protected`: Aegis itself refused. `closed`: refused though Aegis could not be asked. `unprotected`: it would have run. */
  readonly state: 'protected' | 'closed' | 'unprotected';
  readonly detail: string;
  readonly agent: string;
}

const PATIENCE_MS = 15_000;

/** Sends the canary through each harness's own settings and in its own way (HOOK-13). */
export async function sendCanaries(): Promise<readonly CanaryResult[]> {
  const hooks = installations().filter(({ kind }) => kind === 'hook');
  return Promise.all(hooks.map((one) => sendCanary(one)));
}

/** The same through one installed hook. Only what stands in the settings as it was written there is run. */
export async function sendCanary(installation: Installation): Promise<CanaryResult> {
  const { harness: name = '', path = '', agent = '' } = installation.detail;
  const result = (state: CanaryResult['state'], detail: string): CanaryResult => ({ harness: name, label: installation.label, state, detail, agent });
  const harness = harnessOf(name);
  if (harness === undefined) return result('unprotected', `${name} is not a harness this version knows`);
  const handlers = runnable(harness, installation, path);
  if ('reason' in handlers) return result('unprotected', handlers.reason);
  const nonce = randomBytes(9).toString('base64url');
  const { canary } = harness;
  const session = `canary-${nonce}`;
  const payload = JSON.stringify(canary.payload({ session, tool: CANARY, args: { nonce }, cwd: process.cwd(), now: Date.now() }));
  const answers = await Promise.all(handlers.found.map((handler) => ask(harness, handler, payload)));
  if (answers.some(({ denied, text }) => denied && text.includes(nonce))) return result('protected', 'the canary was recorded and refused');
  return answers.some(({ denied }) => denied)
    ? result('closed', 'Aegis could not be asked; calls are refused without it')
    : result('unprotected', `a call that must be stopped would have run: ${answers[0]?.text.slice(0, 200) ?? ''}`);
}

/** Our handlers that the harness would run for the canary's event, or why it would run none. */
function runnable(
  harness: Harness,
  installation: Installation,
  path: string,
): { readonly found: readonly JsonObject[] } | { readonly reason: string } {
  if (!existsSync(path)) return { reason: `${path} is gone` };
  const text = readFileSync(path, 'utf8');
  const { event } = harness.canary;
  const isWritten = writtenUnder(installation, event);
  const found = handlersOf(valueAt(text, ['hooks', event])).filter(isWritten);
  if (found.length === 0) return { reason: `no hook of Aegis stands under hooks.${event} in ${path} as it was written` };
  const off = switchedOff(harness, path);
  if (off !== null) return { reason: off };
  const reason = notRunBecause(harness, path, isWritten);
  return reason === null ? { found } : { reason };
}

/** Which setting keeps our hook from running, in the file it stands in or in the user's own; null when none does (HOOK-16). */
function switchedOff(harness: Harness, path: string): string | null {
  const { offSwitches = [] } = harness.settings;
  const own = settingsPath(harness, 'user', { cwd: process.cwd(), env: process.env });
  for (const file of new Set([path, own])) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '{}';
    for (const { at, is } of offSwitches) {
      const held = valueAt(text, at);
      if (held === is || (Array.isArray(held) && (held as readonly unknown[]).includes(is)))
        return `${at.join('.')} is ${JSON.stringify(held)} in ${file}`;
    }
  }
  return null;
}

interface Answer {
  readonly denied: boolean;
  readonly text: string;
}

function ask(harness: Harness, handler: JsonObject, payload: string): Promise<Answer> {
  const command = handler[harness.settings.commandMember];
  return typeof command === 'string' ? run(harness, command, payload) : post(harness, handler, payload);
}

/** As a harness with an http handler does it: a refusal is a 2xx that says deny, anything else goes by its blocking setting. */
async function post(harness: Harness, handler: JsonObject, payload: string): Promise<Answer> {
  const { blocking } = harness.settings;
  const closed = blocking !== undefined && handler[blocking.setting] === blocking.value;
  const { url, headers } = handler;
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
    return response.ok ? { denied: denies(harness, text), text } : { denied: closed, text: `status ${String(response.status)}` };
  } catch (error) {
    return { denied: closed, text: error instanceof Error ? error.message : String(error) };
  }
}

/** As a harness runs a command: exit code 2 refuses, so does an answer that says deny; any other code lets the call run. */
function run(harness: Harness, command: string, payload: string): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'], timeout: PATIENCE_MS });
    let text = '';
    const collect = (part: string): void => void (text += part);
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => resolve({ denied: false, text: error.message }));
    child.on('close', (code) => resolve({ denied: code === 2 || (code === 0 && denies(harness, text)), text }));
    child.stdin.end(payload);
  });
}

function denies({ protocol }: Harness, text: string): boolean {
  try {
    return protocol.denies(JSON.parse(text) as JsonObject);
  } catch {
    return false;
  }
}
