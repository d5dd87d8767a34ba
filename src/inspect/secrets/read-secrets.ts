import { prefilter } from './aho.ts';
import { assignedAfter, isParameter, isProviderWord, isPublicName, looksRandom, PROVIDERS, SECRET_NAMES } from './assignment.ts';
import { entropy, isCamel, isWordy } from './entropy.ts';
import type { Format } from './formats/format.ts';
import { PREFIXES } from './formats/prefixes.ts';
import { STRUCTURES } from './formats/structures.ts';
import { PROTOCOLS } from './formats/protocols.ts';
import { SETTINGS } from './formats/settings.ts';
import { SHAPES } from './formats/shapes.ts';
import { foreignPasswords, isMixed, PASSWORD_NAMES, passwordAfter } from './passwords.ts';
import { isExample, isMade, isMask, isMasked, isPlaceholder } from './placeholder.ts';

/** A credential in a text. The value itself never leaves this process: it is replaced in evidence and in what is recorded. */
export interface Secret {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  /** In the provider's exact format, but a mask or an example: recorded, never acted upon. */
  readonly placeholder?: true;
}

export interface SecretScan {
  readonly secrets: readonly Secret[];
  /** false when the text holds more candidates than are looked at; the caller says so. */
  readonly complete: boolean;
}

const FORMATS: readonly Format[] = [...PREFIXES, ...SHAPES, ...PROTOCOLS, ...STRUCTURES, ...SETTINGS];

/** Formats that nothing else looks like: a masked one is still worth a record. */
const EXACT: ReadonlySet<Format> = new Set([
  ...PREFIXES,
  ...[...SHAPES, ...PROTOCOLS].filter((format) =>
    /^(?:aws|jwt|artifactory|slack|discord|salesforce|zapier|firebase|asana|telegram|mailchimp|teams|terraform|azure|maxmind)/.test(format.id),
  ),
]);

interface Lead {
  readonly word: string;
  readonly formats: readonly Format[];
  readonly name: 'secret' | 'provider' | undefined;
  /** It names a password too. */
  readonly password: boolean;
}

const LEADS: readonly Lead[] = leads();
const FILTER = prefilter(LEADS.map((lead) => lead.word));
/** Candidates looked at in one text. */
const MOST = 2_000;

/** Formats that one vendor gave its tokens. */
const OF_VENDORS: ReadonlySet<Format> = new Set([...PREFIXES, ...SHAPES]);

/**
 * Finds credentials in one pass over the text plus bounded work per candidate. Pure, linear (INSPECT-8). Evaluation reads without the formats and
 * names of vendors too, to tell what structure alone finds.
 */
export function readSecrets(text: string, vendors = true): SecretScan {
  if (text.length < 8) return { secrets: [], complete: true };
  const found: Secret[] = [];
  const wanted = new Set<Format>();
  const names: [end: number, provider: boolean][] = [];
  const passwords: [start: number, end: number][] = [];
  let last = -1;
  FILTER.scan(text, (id, end) => {
    const lead = LEADS[id];
    if (lead === undefined) return;
    for (const format of lead.formats) if (vendors || !OF_VENDORS.has(format)) wanted.add(format);
    if (lead.password && passwords.length <= MOST) passwords.push([end - lead.word.length, end]);
    if (lead.name === undefined || names.length > MOST) return;
    const provider = lead.name === 'provider';
    if (provider && !vendors) return;
    if (provider ? isProviderWord(text, end - lead.word.length, end) : end - last > 2) names.push([end, provider]);
    last = end;
  });
  let complete = names.length <= MOST && passwords.length <= MOST;
  for (const format of wanted) if (format.beside === undefined || text.includes(format.beside)) complete = matches(text, format, found) && complete;
  for (const [end, provider] of names) {
    if (isPublicName(text, end)) continue;
    const value = assignedAfter(text, end);
    if (value !== undefined && looksRandom(value.value, { provider }) && (value.value.length >= 12 || !isParameter(text, end))) {
      found.push({ id: provider ? 'provider-credential' : 'assigned-credential', start: value.start, end: value.start + value.value.length });
    }
  }
  for (const [start, end] of passwords) {
    const one = passwordAfter(text, start, end);
    if (one !== undefined) found.push({ id: 'password', ...one });
  }
  for (const one of foreignPasswords(text)) found.push({ id: 'password', ...one });
  return { secrets: apart(found), complete };
}

function matches(text: string, format: Format, found: Secret[]): boolean {
  let seen = 0;
  for (const match of text.matchAll(format.pattern)) {
    seen += 1;
    if (seen > MOST) return false;
    const value = match.slice(1).find((group) => group !== undefined) ?? match[0];
    const least = format.bits ?? 2.5;
    const start = match.index + match[0].indexOf(value);
    const one = { id: format.id, start, end: start + value.length };
    const exact = EXACT.has(format);
    // Nothing else has the format, so a run of letters in it is somebody's test, and a test may run against the real thing.
    const masked = least > 0 && (entropy(value) < least || (exact ? isExample(value) : isPlaceholder(value)));
    if (format.human === true && !isMixed(value)) continue;
    if (format.random === true && (masked || isWordy(value) || isCamel(value))) continue;
    // A mask that keeps nothing of a secret is no secret; one whose format is exact and whose body has the length of one is recorded.
    if (exact ? isMask(value) : isMade(value)) {
      if ((exact || (format.random === true && !isWordy(value) && !isCamel(value))) && !isMasked(value)) found.push({ ...one, placeholder: true });
      continue;
    }
    if (!masked) found.push(one);
    else if (exact || format.shown === true) found.push({ ...one, placeholder: true });
  }
  return true;
}

/** Overlapping candidates are one secret, named by the first and most specific format. */
function apart(found: readonly Secret[]): Secret[] {
  const sorted = [...found].sort((a, b) => a.start - b.start || b.end - a.end);
  const out: Secret[] = [];
  for (const one of sorted) {
    const before = out.at(-1);
    if (before === undefined || one.start >= before.end) out.push(one);
    else {
      // What one format takes for a mask another may know.
      const named = before.placeholder === true && one.placeholder !== true ? one : before;
      out[out.length - 1] = { ...named, start: before.start, end: Math.max(before.end, one.end) };
    }
  }
  return out;
}

function leads(): Lead[] {
  const words = new Map<string, { formats: Format[]; name: Lead['name']; password: boolean }>();
  const at = (word: string): { formats: Format[]; name: Lead['name']; password: boolean } => {
    const row = words.get(word) ?? { formats: [], name: undefined, password: false };
    words.set(word, row);
    return row;
  };
  for (const format of FORMATS) for (const near of format.near) at(near).formats.push(format);
  for (const word of PROVIDERS) at(word).name = 'provider';
  for (const word of SECRET_NAMES) at(word).name = 'secret';
  for (const word of PASSWORD_NAMES) at(word).password = true;
  return [...words].map(([word, row]) => ({ word, ...row }));
}
