import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isObject } from '../../../kernel/json.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import type { Notification, Reply, Request } from '../message.ts';

/** MCP 2026-07-28, Streamable HTTP: which member of the parameters `Mcp-Name` repeats. */
const NAMED: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};
const VERSION = 'io.modelcontextprotocol/protocolVersion';
const [START, END] = ['=?base64?', '?='];
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;

type Sent = Request | Notification | Reply;

/** The version a message itself claims; null for the revisions that agree on one in `initialize`. */
export function versionOf(message: Sent): string | null {
  const meta = 'params' in message ? message.params?.['_meta'] : undefined;
  const version = isObject(meta) ? meta[VERSION] : undefined;
  return typeof version === 'string' ? version : null;
}

/** Headers made from the body, never copied from what the agent sent beside it (MCP-13). */
export function headersOf(message: Sent, definition: JsonObject | undefined): Readonly<Record<string, string>> {
  const version = versionOf(message);
  if (version === null || !('method' in message)) return {};
  const name = nameOf(message);
  return {
    'mcp-protocol-version': version,
    'mcp-method': message.method,
    ...(name === null ? {} : { 'mcp-name': encoded(name) }),
    ...(message.method === 'tools/call' ? parametersOf(message, definition) : {}),
  };
}

function nameOf({ method, params }: Request | Notification): string | null {
  const field = Object.hasOwn(NAMED, method) ? NAMED[method] : undefined;
  const value = field === undefined ? undefined : params?.[field];
  return typeof value === 'string' ? value : null;
}

/** Arguments that the tool's schema marks with `x-mcp-header`. */
function parametersOf(message: Request | Notification, definition: JsonObject | undefined): Readonly<Record<string, string>> {
  const args = message.params?.['arguments'];
  const found: Record<string, string> = {};
  const open: { readonly schema: Json | undefined; readonly value: Json | undefined }[] = [{ schema: definition?.['inputSchema'], value: args }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { schema, value } = next;
    if (!isObject(schema) || value === undefined || value === null) continue;
    const header = schema['x-mcp-header'];
    const plain = plainText(value);
    if (typeof header === 'string' && TOKEN.test(header) && plain !== null) found[`mcp-param-${header.toLowerCase()}`] = encoded(plain);
    const { properties } = schema;
    if (!isObject(properties) || !isObject(value)) continue;
    for (const [key, inner] of Object.entries(properties)) if (Object.hasOwn(value, key)) open.push({ schema: inner, value: value[key] });
  }
  return found;
}

function plainText(value: Json): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** A value no header can carry as it is goes in base64, as the specification says. */
function encoded(text: string): string {
  const safe = /^[\x20-\x7e\t]+$/.test(text) && text === text.trim() && !(text.startsWith(START) && text.endsWith(END));
  return safe ? text : `${START}${Buffer.from(text, 'utf8').toString('base64')}${END}`;
}

function decoded(text: string): string | null {
  if (!text.startsWith(START) || !text.endsWith(END)) return text;
  const inner = text.slice(START.length, -END.length);
  const bytes = Buffer.from(inner, 'base64');
  return bytes.toString('base64') === inner ? bytes.toString('utf8') : null;
}

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * What is wrong between the headers an agent sent and the body it sent with them, in every revision: what a header says must be what the
 * body says (MCP-13). In 2026-07-28 the headers must also be there. null when they agree.
 */
export function mismatch(headers: Headers, message: Sent, definition: JsonObject | undefined): string | null {
  const version = versionOf(message);
  const expected = 'method' in message ? expectedOf(message, definition) : {};
  for (const [name, given] of Object.entries(headers)) {
    if (given === undefined || !/^mcp-(?:method|name|param-.*)$/.test(name)) continue;
    const value = typeof given === 'string' ? decoded(given.trim()) : null;
    if (value === null || value !== expected[name]) return `The header ${name} does not say what the body says`;
  }
  const claimed = headers['mcp-protocol-version'];
  if (version === null) return null;
  if (claimed !== version) return 'The header mcp-protocol-version does not say what the body says';
  if (!('id' in message) || !('method' in message)) return null;
  const missing = Object.keys(expected).find((name) => headers[name] === undefined);
  return missing === undefined ? null : `The header ${missing} is missing`;
}

function expectedOf(message: Request | Notification, definition: JsonObject | undefined): Readonly<Record<string, string | undefined>> {
  const made = headersOf({ ...message, params: { ...message.params, _meta: { [VERSION]: '-' } } }, definition);
  return Object.fromEntries(Object.entries(made).flatMap(([name, value]) => (name === 'mcp-protocol-version' ? [] : [[name, decoded(value) ?? '']])));
}

/** The content of a variable as a header for a server; null when it is not set, is empty, or cannot stand in a header (MCP-19). */
export function credential(header: string, variable: string, env: NodeJS.ProcessEnv = process.env): readonly [string, string] | null {
  const value = env[variable];
  if (value === undefined || value === '') return null;
  try {
    validateHeaderName(header);
    validateHeaderValue(header, value);
  } catch {
    return null;
  }
  return [header.toLowerCase(), value];
}
