import type { Finding, Risk, UrlFact } from '../../kernel/finding.ts';
import type { HostReading } from './host.ts';
import { readHost } from './host.ts';
import { hostShape } from '../shape.ts';
import { exfiltration, innerUrls } from './payload.ts';
import type { Parts } from './split.ts';
import { splitUrl } from './split.ts';

export interface UrlOptions {
  /** HTTP method, when known; recorded in the fact. */
  readonly method?: string;
}

export interface UrlReading {
  readonly findings: Finding[];
  readonly url: UrlFact | null;
}

const MAX_URL = 65_536;
const LOCAL_FILE = /^(?:file|netdoc|php|phar|expect|glob|zip|rar|ogg|compress\.zlib|jar)$/;
const SMUGGLING = /^(?:gopher|dict|ldaps?|ldapi|tftp|sftp|ftps?)$/;
const SCRIPT = /^(?:javascript|vbscript)$/;
/** Control calls of a cloud that put start-up scripts or keys on machines: what SSRF with stolen credentials goes for. */
const PLANTS =
  /^(?:[\w-]{1,40}\.)?(?:www\.|compute\.)?googleapis\.com(?::\d+)?\/[^?#]{0,200}\/(?:setCommonInstanceMetadata|setMetadata|setProjectMetadata)\b/i;
/** Ports on which internal services answer without asking who calls. */
const SERVICE_PORTS = new Set(
  '21 22 23 25 53 80 110 111 135 139 143 389 443 445 514 873 1025 1099 1433 1521 2049 2181 2375 2376 2379 2380 3306 3389 4243 4444 5000 5432 5672 5900 5984 5985 6379 6443 7001 7077 8500 8600 9001 9042 9092 9200 9300 10050 10250 10255 11211 15672 27017 50070'.split(
    ' ',
  ),
);

/**
 * Reads one URL an action would fetch (SSRF). Internal means loopback, private, link-local or metadata in any spelling.
 * Pure, synchronous, total, linear.
 */
export function readUrl(text: string, pointer: string, options: UrlOptions = {}): UrlReading {
  const found: Finding[] = [];
  const add = (code: string, risk: Risk, confidence = 0.9): void => {
    found.push({
      detector: 'url',
      code,
      risk,
      category: 'network',
      operation: 'send',
      pointer,
      span: [0, text.length],
      evidence: redacted(text),
      confidence,
      inspected: code !== 'UNINSPECTABLE',
    });
  };
  if (text.length > MAX_URL) add('UNINSPECTABLE', 'HIGH', 0.5);
  const shown = text.slice(0, MAX_URL);
  const bare = hostShape(shown.trim());
  const parts = splitUrl(bare ? `http://${shown.trim()}` : shown);
  if (parts === null) return { findings: found, url: null };
  const host = readHost(parts.host);
  if (!bare) judgeScheme(parts, add);
  judgeHost(parts, host, add);
  judgeRest(parts, host, add);
  if (PLANTS.test(host.host + parts.rest)) add('URL_CLOUD_CONTROL', 'HIGH');
  return { findings: found, url: fact(parts, host, { text, pointer, method: options.method }) };
}

type Add = (code: string, risk: Risk, confidence?: number) => void;

function judgeScheme(parts: Parts, add: Add): void {
  if (LOCAL_FILE.test(parts.scheme)) add('URL_LOCAL_FILE', 'HIGH');
  else if (SMUGGLING.test(parts.scheme)) add('URL_SCHEME', parts.scheme === 'gopher' || parts.scheme === 'dict' ? 'CRITICAL' : 'HIGH');
  else if (SCRIPT.test(parts.scheme)) add('URL_SCRIPT', 'HIGH');
  else if (parts.scheme === 'data') add('URL_DATA', 'LOW');
  else if (parts.scheme === 'http' || parts.scheme === 'ws') add('PLAINTEXT_HTTP', 'LOW');
}

const internal = (host: HostReading): boolean => host.zone !== 'public' && host.zone !== 'reserved';
/** Hosts that other parsers read: `host\u0000.example.org` ends at the NUL for some. */
const cutShort = (host: string): string[] => {
  const at = host.search(/%(?:25)?(?:00|09|0a|0d|20|23|2f|3f|40|5c)|[\x00-\x20]/i);
  return at > 0 ? [host.slice(0, at)] : [];
};

function judgeHost(parts: Parts, host: HostReading, add: Add): void {
  const confusing = parts.tricks.some((trick) => trick === 'backslash' || trick === 'control' || trick === 'double-at' || trick === 'fragment-at');
  const hidden = [...parts.alternatives, ...cutShort(parts.host)].map(readHost).filter(internal);
  if (host.zone === 'metadata' || hidden.some((other) => other.zone === 'metadata')) add('SSRF_METADATA', 'CRITICAL');
  else if (internal(host)) add('SSRF_INTERNAL', internalRisk(parts, host, confusing));
  else if (hidden.length > 0) add('SSRF_INTERNAL', 'HIGH');
  if (confusing || noHost(parts, host)) add('URL_CONFUSABLE', 'HIGH');
  else if (host.disguised && !internal(host)) add('URL_DISGUISED_HOST', host.address ? 'HIGH' : 'MEDIUM');
  // Without encryption they are read by whoever carries them.
  if (parts.userinfo !== null) add('URL_CREDENTIALS', parts.scheme === 'http' && !internal(host) ? 'HIGH' : 'MEDIUM');
  // Nobody was ever given such an address of version 6; the reserved ones of version 4 are few, and some answer.
  if (host.address && host.zone === 'reserved') add('URL_DISGUISED_HOST', host.host.includes(':') && host.malformed !== true ? 'HIGH' : 'MEDIUM');
}

/** A web address whose host the URL standard refuses, and some parsers make something of: an empty one, an empty label, a number that is no address. */
function noHost({ scheme, host: written }: Parts, { host, address }: HostReading): boolean {
  if (!/^(?:https?|wss?)$/.test(scheme) || address) return false;
  return written === '' || /^\.|\.\./.test(host) || /(?:^|\.)(?:\d+|0x[0-9a-f]+)$/.test(host);
}

/** An ordinary development call is recorded; a disguise, a service port or a name that resolves inwards is asked or denied (INSPECT-72). */
function internalRisk(parts: Parts, host: HostReading, confusing: boolean): Risk {
  if (confusing || host.disguised) return 'CRITICAL';
  if (parts.userinfo !== null || host.zone === 'link-local' || host.zone === 'multicast') return 'HIGH';
  const shown = parts.port === '' ? '' : String(Number.parseInt(parts.port, 10));
  if (SERVICE_PORTS.has(shown)) return 'HIGH';
  // A bare address without a port is a probe more often than a server somebody is building.
  const served = parts.port !== '';
  const canonical = parts.host.toLowerCase() === 'localhost' || (host.address && host.host.startsWith('127.0.0.1'));
  if (host.zone === 'loopback' && !canonical) return 'HIGH';
  return served || parts.scheme === 'https' ? 'MEDIUM' : 'HIGH';
}

function judgeRest(parts: Parts, host: HostReading, add: Add): void {
  for (const inner of innerUrls(parts.rest)) {
    const cut = splitUrl(inner);
    if (cut === null) continue;
    const target = readHost(cut.host);
    if (target.zone === 'metadata') add('SSRF_REDIRECT', 'CRITICAL');
    else if (internal(target) || LOCAL_FILE.test(cut.scheme) || SMUGGLING.test(cut.scheme)) add('SSRF_REDIRECT', 'HIGH');
  }
  if (/%0d|%0a|[\r\n]/i.test(parts.rest) && (internal(host) || /%0[da]\s*[a-z-]+\s*:/i.test(parts.rest.slice(0, 4096))))
    add('URL_HEADER_INJECTION', 'HIGH');
  const leak = exfiltration(parts.rest);
  if (leak !== null && !internal(host)) add('URL_EXFILTRATION', leak, 0.7);
}

function fact(
  parts: Parts,
  host: HostReading,
  from: { readonly text: string; readonly pointer: string; readonly method: string | undefined },
): UrlFact {
  const port = /^\d{1,5}$/.test(parts.port) ? Number(parts.port) : null;
  return {
    url: from.text.slice(0, 2048),
    scheme: parts.scheme,
    host: host.host,
    pointer: from.pointer,
    ...(port === null ? {} : { port }),
    ...(from.method === undefined ? {} : { method: from.method }),
  };
}

/** Userinfo may be a password: never evidence. */
const redacted = (text: string): string =>
  text
    .slice(0, 300)
    .replace(/\/\/[^/\s@]{1,200}@/, '//…@')
    .slice(0, 120);
