import type { Credentials } from '../credentials.ts';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isObject } from '../../kernel/json.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { HOME } from '../files.ts';
import { valueAt } from '../install/settings-text.ts';
import type { Edit } from '../install/edit.ts';

/** A configuration of an MCP client, with where its servers stand in it. */
interface Client {
  readonly name: string;
  readonly path: string;
  readonly servers: readonly (readonly string[])[];
  /** Kept in the project and handed to others: a key and the paths of this machine have no place in it. */
  readonly common?: true;
}

/** One server an MCP client starts. */
export interface ServerFound {
  readonly client: string;
  readonly path: string;
  readonly server: string;
  /** As it is started now: the command line, or the address. */
  readonly now: string;
  /** `wrap`: it can be put behind Aegis here. `by-hand`: the person has to, and `next` says how. `done`: it is. */
  readonly state: 'wrap' | 'by-hand' | 'done';
  readonly next: string;
  readonly place: readonly string[];
}

function clients(cwd: string, env: NodeJS.ProcessEnv): readonly Client[] {
  const home = env['HOME'] ?? homedir();
  const apps = process.platform === 'darwin' ? join(home, 'Library/Application Support') : join(home, '.config');
  const usual = [['mcpServers']] as const;
  return [
    { name: 'Claude Desktop', path: join(apps, 'Claude/claude_desktop_config.json'), servers: usual },
    { name: 'Claude Code', path: join(home, '.claude.json'), servers: [['mcpServers'], ['projects', cwd, 'mcpServers']] },
    { name: 'Cursor', path: join(home, '.cursor/mcp.json'), servers: usual },
    { name: 'VS Code', path: join(apps, 'Code/User/mcp.json'), servers: [['servers']] },
    { name: 'Windsurf', path: join(home, '.codeium/windsurf/mcp_config.json'), servers: usual },
    { name: 'Gemini CLI', path: join(home, '.gemini/settings.json'), servers: usual },
    { name: 'Claude Code', path: join(cwd, '.mcp.json'), servers: usual, common: true },
    { name: 'Cursor', path: join(cwd, '.cursor/mcp.json'), servers: usual, common: true },
    { name: 'VS Code', path: join(cwd, '.vscode/mcp.json'), servers: [['servers']], common: true },
  ];
}

/** Every server of every MCP client that is configured for this user or in this folder. Files that cannot be read have none. */
export function serversFound(cwd: string, env: NodeJS.ProcessEnv = process.env): readonly ServerFound[] {
  const seen = new Set<string>();
  return clients(cwd, env).flatMap((client) => {
    if (seen.has(client.path) || !existsSync(client.path)) return [];
    seen.add(client.path);
    const text = readFileSync(client.path, 'utf8');
    return client.servers.flatMap((place) => {
      const held = valueAt(text, place);
      if (!isObject(held)) return [];
      return Object.entries(held).map(([server, entry]) => serverOf(client, [...place, server], entry));
    });
  });
}

function serverOf({ name: client, path, common }: Client, place: readonly string[], entry: Json | undefined): ServerFound {
  const server = place.at(-1) ?? '';
  const name = nameOf(place);
  const { command, args, url } = (typeof entry === 'object' && entry !== null ? entry : {}) as JsonObject;
  const words = [command, ...(Array.isArray(args) ? (args as readonly Json[]) : [])].filter((word) => typeof word === 'string');
  const now = typeof url === 'string' ? url : words.join(' ');
  const next = typeof url === 'string' ? `aegis mcp --name ${name} --url ${url}` : `aegis mcp --name ${name} -- ${now}`;
  const done = words.some((word) => /(?:^|\/)aegis(?:\.mjs)?$/.test(word)) && words.includes('mcp');
  const wraps = typeof command === 'string' && common === undefined;
  return { client, path, server, now, state: done ? 'done' : wraps ? 'wrap' : 'by-hand', next, place };
}

/** What pins and policies will call it: the client’s name for it, in letters they know. */
const nameOf = (place: readonly string[]): string => (place.at(-1) ?? '').replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 64) || 'server';

/** What puts one server behind Aegis: its command line after ours, the variables it was given passed on, the key of the client’s agent. */
export function wrapEdits(text: string, place: readonly string[], credentials: Credentials): readonly Edit[] {
  const entry = (valueAt(text, place) ?? {}) as JsonObject;
  const { command, args } = entry;
  const given = Object.keys((entry['env'] ?? {}) as JsonObject);
  const passed = given.length === 0 ? [] : ['--env', given.join(',')];
  const old = Array.isArray(args) ? (args as readonly Json[]) : [];
  const ours: readonly Json[] = [join(HOME, 'bin/aegis.mjs'), 'mcp', '--name', nameOf(place), ...passed, '--', command ?? '', ...old];
  return [
    { kind: 'set', at: [...place, 'command'], value: process.execPath, ...(command === undefined ? {} : { before: command }) },
    { kind: 'set', at: [...place, 'args'], value: ours, ...(args === undefined ? {} : { before: args }) },
    { kind: 'set', at: [...place, 'env', 'AEGIS_URL'], value: credentials.url },
    { kind: 'set', at: [...place, 'env', 'AEGIS_KEY'], value: credentials.key },
    ...(credentials.answerKey === undefined
      ? []
      : [{ kind: 'set' as const, at: [...place, 'env', 'AEGIS_ANSWER_KEY'], value: credentials.answerKey }]),
  ];
}
