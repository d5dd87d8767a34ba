import type { Finding, Operation, PathFact } from '../../kernel/finding.ts';
import { agentConfigOf } from './agent-config.ts';
import { decodeBase64 } from './base64.ts';
import { decodePath } from './decode.ts';
import type { Decoded } from './decode.ts';
import { runsLater } from './later.ts';
import type { PathSaw } from './path-saw.ts';
import { resolvePath } from './resolve.ts';
import type { Resolved } from './resolve.ts';
import { sensitivityOf } from './sensitive.ts';
import { systemPlace } from './system.ts';
import { judgeTraversal } from './traversal.ts';

export interface PathReading {
  readonly findings: readonly Finding[];
  /** One fact, or none for a text that is no path (empty, over the limit). */
  readonly paths: readonly PathFact[];
}

/** Longest path any system takes is 32,767 characters; a longer one is said, not read. */
const LONGEST = 32_767;

/**
 * What a path reaches, lexically. Pure, total, linear. `access` says what will be done with it; `unknown` is judged as a read.
 */
export function readPath(text: string, pointer: string, access: PathFact['access'] = 'unknown'): PathReading {
  if (text === '') return { findings: [], paths: [] };
  const say = reporter(text, pointer, access);
  if (text.length > LONGEST) return { findings: [say({ code: 'UNINSPECTABLE', risk: 'HIGH', detector: 'limit' })], paths: [] };
  const query = text.indexOf('?');
  if (query > 0 && /^https?:\/\//i.test(text)) return inQuery(text, query, { pointer, access });
  const decoded = decodePath(unwrap(text));
  const cut = decoded.text.indexOf('\u0000');
  const plain = cut < 0 ? decoded.text : decoded.text.slice(0, cut);
  const resolved = resolvePath(plain);
  const findings = [...hidden(text, decoded, cut).map(say)];
  const traversal = judgeTraversal(resolved, decoded, text);
  if (traversal !== undefined) findings.push(say(traversal));
  findings.push(...reached(resolved, access).map(say));
  return { findings, paths: [{ path: resolved.path, access, pointer }] };
}

interface Place {
  readonly pointer: string;
  readonly access: PathFact['access'];
}

/** A URL where a path belongs: each value of its query is what a server would open. */
function inQuery(text: string, query: number, { pointer, access }: Place): PathReading {
  const findings: Finding[] = [];
  for (const pair of text.slice(query + 1).split('&', 32)) {
    const value = pair.slice(pair.indexOf('=') + 1);
    findings.push(...readPath(value, pointer, access).findings.filter((one) => one.risk !== 'LOW' && one.risk !== 'MEDIUM'));
  }
  return { findings, paths: [] };
}

/** A path that is one base64 run, when what it hides climbs or reaches a sensitive file: nobody names files so. */
function unwrap(text: string): string {
  if (text.length < 8 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.startsWith('/')) return text;
  const inner = decodeBase64(text);
  if (!/^[\u0020-\u007e]+$/.test(inner) || !/[\\/]/.test(inner)) return text;
  return inner.includes('../') || sensitivityOf(inner) !== 'none' ? `%2e%2e/%2e%2e/${inner}` : text;
}

const WRAPPER = /^(php|expect|phar|zip|data|glob|compress\.zlib|ogg|ssh2|rar|input|gopher|dict|jar|netdoc):/i;

function hidden(text: string, decoded: Decoded, cut: number): PathSaw[] {
  const out: PathSaw[] = [];
  if (cut >= 0) out.push({ code: 'PATH_NUL', risk: 'HIGH' });
  if (decoded.unfinished) out.push({ code: 'UNINSPECTABLE', risk: 'HIGH' });
  if (WRAPPER.test(decoded.text)) out.push({ code: 'PATH_WRAPPER', risk: /^(data|glob|zip|jar):/i.test(text) ? 'MEDIUM' : 'HIGH' });
  if (/^(\\\\|\/\/)[^\\/]+[\\/]/.test(text)) out.push({ code: 'PATH_UNC', risk: 'MEDIUM' });
  return out;
}

function reached(resolved: Resolved, access: PathFact['access']): PathSaw[] {
  const { path } = resolved;
  const out: PathSaw[] = [];
  const sensitivity = sensitivityOf(path);
  // Making or loading an `.env` discloses nothing; reading it does.
  const settings = /(^|\/)\.env[^/]*$/.test(path) && (access === 'write' || access === 'execute');
  if (sensitivity === 'secret') out.push({ code: 'PATH_SECRET', risk: settings ? 'MEDIUM' : 'HIGH' });
  if (sensitivity === 'kernel') out.push({ code: 'PATH_KERNEL', risk: 'HIGH' });
  if (access !== 'write' && access !== 'delete') {
    if (sensitivity === 'probe') out.push({ code: 'PATH_SYSTEM_READ', risk: 'LOW' });
    return out;
  }
  const config = agentConfigOf(path);
  if (config !== undefined)
    out.push({
      code: config === 'own' ? 'AEGIS_CONFIG_WRITE' : 'AGENT_CONFIG_WRITE',
      risk: config === 'own' ? 'CRITICAL' : 'HIGH',
      detector: 'agent-config',
    });
  if (runsLater(path) !== undefined) out.push({ code: 'PATH_RUNS_LATER', risk: 'HIGH' });
  else if (systemPlace(path)) out.push({ code: access === 'delete' ? 'PATH_SYSTEM_DELETE' : 'PATH_SYSTEM_WRITE', risk: 'HIGH' });
  return out;
}

const OPERATION: Readonly<Record<PathFact['access'], Operation>> = {
  read: 'read',
  write: 'write',
  delete: 'delete',
  execute: 'execute',
  unknown: 'read',
};

/** Says what was seen in a path, with the text as it was given. */
export function reporter(text: string, pointer: string, access: PathFact['access']): (saw: PathSaw) => Finding {
  const shown = [...(text.length > 118 ? `${text.slice(0, 117)}…` : text)].map((char) => (char < ' ' ? '·' : char)).join('');
  return (saw) => ({
    detector: saw.detector ?? 'path',
    code: saw.code,
    risk: saw.risk,
    category: 'file',
    operation: OPERATION[access],
    targets: [{ kind: 'path', value: shown }],
    pointer,
    evidence: shown,
    confidence: 0.9,
    inspected: saw.code !== 'UNINSPECTABLE',
  });
}
