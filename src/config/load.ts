import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Check, Errors } from 'typebox/value';
import { AegisError } from '../errors.ts';
import { isForClients, KEYS, nearest, variableOf } from './keys.ts';
import { ConfigSchema, DEFAULTS } from './schema.ts';
import type { Config, Partly } from './schema.ts';

export interface ConfigSources {
  /** A named file must exist; without a name `aegis.yaml` in `cwd` is read when it is there. */
  readonly file?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: Partly<Config>;
  readonly cwd: string;
}

/**
 * Defaults, then the file, then AEGIS_* variables, then flags. An unknown key, or a value out of range, is an error that says where it stands.
 * Paths come back absolute.
 * @throws AegisError CONFIG_INVALID
 */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const file = await readFile(sources);
  const layers: Layer[] = [
    ...(file === null ? [] : [file]),
    { origin: 'the environment', values: fromEnvironment(sources.env) },
    { origin: 'the flags', values: sources.flags },
  ];
  let merged: Record<string, unknown> = structuredClone(DEFAULTS) as Record<string, unknown>;
  for (const { origin, values } of layers) {
    merged = merge(merged, values as Record<string, unknown>, { origin, path: '' });
    // One by one: a wrong value is told also where a later source hides it.
    validate(merged, origin);
  }
  const config = merged as unknown as Config;
  const absolute = (path: string): string => (path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(sources.cwd, path));
  const { socket } = config.server;
  const server = { ...config.server, socket: socket === 'on' || socket === 'off' ? socket : absolute(socket) };
  return { ...config, server, dataDir: absolute(config.dataDir), checkpointDir: absolute(config.checkpointDir) };
}

/** Where the policy setting was written, as its user wrote it; null where nobody did (GATE-29). */
export async function policyAsked(sources: ConfigSources): Promise<{ readonly name: string; readonly origin: string } | null> {
  if (sources.flags.policy !== undefined) return { name: sources.flags.policy, origin: `--policy ${sources.flags.policy}` };
  const { AEGIS_POLICY: variable } = sources.env;
  if (variable !== undefined) return { name: variable, origin: `AEGIS_POLICY=${variable}` };
  const file = await readFile(sources);
  const written = (file?.values as { readonly policy?: unknown } | undefined)?.policy;
  return typeof written === 'string' ? { name: written, origin: `policy: ${written} in ${file?.origin ?? ''}` } : null;
}

interface Layer {
  readonly origin: string;
  readonly values: object;
}

const wrong = (detail: string): AegisError => new AegisError('CONFIG_INVALID', { detail });

async function readFile({ file, cwd }: ConfigSources): Promise<Layer | null> {
  const path = resolve(cwd, file ?? 'aegis.yaml');
  if (!existsSync(path)) {
    if (file === undefined) return null;
    throw wrong(`the file does not exist: ${path}`);
  }
  const { parseDocument } = await import('yaml');
  const document = parseDocument(textOf(path), { uniqueKeys: true, schema: 'core' });
  const [fault] = document.errors;
  if (fault !== undefined) throw wrong(`${path} is not YAML: ${(fault.message.split('\n')[0] ?? '').replace(/:$/, '')}`);
  const values: unknown = document.toJS({ maxAliasCount: 0 });
  if (values === null) return null;
  if (typeof values !== 'object' || Array.isArray(values)) throw wrong(`${path} must hold a mapping`);
  return { origin: path, values };
}

function textOf(path: string): string {
  try {
    if (statSync(path).isFile() || path === '/dev/stdin') return readFileSync(path, 'utf8');
  } catch (error) {
    throw wrong(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw wrong(`${path} is not a file`);
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>, place: { origin: string; path: string }): Record<string, unknown> {
  const next = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(base, key)) throw unknownKey(place.path + key, Object.keys(base), place);
    const held = base[key];
    const section = typeof held === 'object' && held !== null && !Array.isArray(held);
    if (section && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw wrong(`${place.path}${key} in ${place.origin} must be a section`);
    }
    const path = `${place.path}${key}.`;
    next[key] = section ? merge(held as Record<string, unknown>, value as Record<string, unknown>, { ...place, path }) : value;
  }
  return next;
}

function unknownKey(key: string, known: readonly string[], place: { origin: string; path: string }): AegisError {
  const meant = nearest(key.slice(place.path.length), known);
  const hint = meant === null ? `known here: ${known.join(', ')}` : `did you mean ${place.path}${meant}?`;
  return wrong(`Unknown setting \`${key}\` in ${place.origin}; ${hint}`);
}

/** AEGIS_SERVER_PORT=7000 → {server: {port: 7000}}; lists are comma-separated. */
function fromEnvironment(env: ConfigSources['env']): Record<string, unknown> {
  const byVariable = new Map([...KEYS].map(([key, value]) => [variableOf(key), { key, value }]));
  const found: Record<string, unknown> = {};
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('AEGIS_') || text === undefined || isForClients(variable)) continue;
    const known = byVariable.get(variable);
    if (known === undefined) {
      const meant = nearest(variable, byVariable.keys());
      throw wrong(`Unknown setting \`${variable}\`${meant === null ? '' : `; did you mean \`${meant}\`?`}`);
    }
    place(found, known.key.split('.'), convert(text, known.value, variable));
  }
  return found;
}

function convert(text: string, like: unknown, variable: string): unknown {
  if (Array.isArray(like)) {
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }
  if (typeof like !== 'number') return text;
  if (!/^\d{1,15}$/.test(text)) throw wrong(`${variable} must be a whole number, not '${text.slice(0, 40)}'`);
  return Number(text);
}

function place(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) target[head] = value;
  else place((target[head] ??= {}) as Record<string, unknown>, rest, value);
}

function validate(config: unknown, origin: string): void {
  if (Check(ConfigSchema, config)) return;
  const [first] = Errors(ConfigSchema, config);
  const key = (first?.instancePath ?? '').slice(1).replaceAll('/', '.');
  throw wrong(`\`${key}\` in ${origin} ${(first?.message ?? 'is not right').replace(/be integer$/, 'be a whole number')}`);
}
