import { createSecretKey, hash, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { PromptTerms } from '../../../gate/nouns.ts';
import type { Digest } from '../../../kernel/ids.ts';
import type { Conversation } from '../caller.ts';
import { createSharedMemory } from '../memory/shared-memory.ts';
import { createKnownValues } from './known-values.ts';
import type { KnownValues } from './known-values.ts';
import { eachPlaceholder, placeholderOf } from './placeholder.ts';
import type { PromptDetector } from '../../../kernel/finding.ts';

/** A value of a session and what stands for it. */
export interface ReplacedValue {
  readonly placeholder: string;
  readonly value: string;
  readonly detector: PromptDetector;
  readonly kind: string;
}

export type Span = ReturnType<PromptTerms['read']>['spans'][number];
type Scan = ReturnType<PromptTerms['read']>;

/** What one session's placeholders stand for. Never recorded, never of use to another session (LLM-58). */
export interface SessionPlaceholders {
  /** What the detectors see in a text; our own placeholders are nothing to them. */
  scan(text: string, terms: PromptTerms): Scan;
  keep(value: string, of: Pick<ReplacedValue, 'detector' | 'kind'>): ReplacedValue;
  behind(placeholder: string): ReplacedValue | undefined;
  readonly known: Pick<KnownValues, 'find'>;
  get(value: string): ReplacedValue | undefined;
}

/** Those of all sessions. In memory only: a conversation brings its values along with each request. */
export interface Placeholders {
  of(conversation: Conversation): SessionPlaceholders;
  /** Called when a request is through: the oldest values and sessions leave, never those of this request. */
  trim(conversation: Conversation): void;
}

/** Values of one session. A request that holds more keeps them while it lasts. */
const MOST_VALUES = 4_096;
const MOST_SESSIONS = 2_000;
/** Characters of all values together. */
const MOST_CHARACTERS = 67_108_864;
/** Texts whose reading is remembered, and from which length on that pays. */
const MOST_SCANS = 2_048;
const WORTH = 256;

interface OwnPlaceholders extends SessionPlaceholders {
  trim(): void;
  readonly characters: number;
}

export function createPlaceholders(bytes: Uint8Array = randomBytes(32)): Placeholders {
  const key = createSecretKey(bytes);
  const sessions = createSharedMemory<OwnPlaceholders>({ values: MOST_SESSIONS, weight: MOST_CHARACTERS });
  return {
    of({ caller, session }) {
      const own = sessions.get(caller, session) ?? createOwn(key, `${caller.tenant}\n${caller.agent}\n${session}`);
      sessions.set(caller, session, own, own.characters);
      return own;
    },
    trim({ caller, session }) {
      const own = sessions.get(caller, session);
      own?.trim();
      if (own !== undefined) sessions.set(caller, session, own, own.characters);
    },
  };
}

function createOwn(key: KeyObject, name: string): OwnPlaceholders {
  const byValue = new Map<string, ReplacedValue>();
  const byPlaceholder = new Map<string, ReplacedValue>();
  /** Values seen since the last trim: they are the newest already. */
  const recent = new Set<string>();
  const scans = createScans((placeholder) => byPlaceholder.has(placeholder));
  let known = createKnownValues();
  let characters = 0;
  return {
    scan: scans.scan,
    keep(value, { detector, kind }) {
      const before = byValue.get(value);
      if (before !== undefined && recent.has(value)) return before;
      recent.add(value);
      const replaced = before ?? { placeholder: placeholderOf(key, name, { kind, value }), value, detector, kind };
      byValue.delete(value);
      byValue.set(value, replaced);
      if (before !== undefined) return replaced;
      byPlaceholder.set(replaced.placeholder, replaced);
      known.add(value);
      characters += value.length;
      return replaced;
    },
    behind: (placeholder) => byPlaceholder.get(placeholder),
    known: { find: (text, hit) => known.find(text, hit) },
    get: (value) => byValue.get(value),
    get characters() {
      return characters;
    },
    trim() {
      scans.trim();
      const most = Math.max(MOST_VALUES, recent.size);
      recent.clear();
      if (byValue.size <= most) return;
      for (const [value, { placeholder }] of byValue) {
        if (byValue.size <= most) break;
        byValue.delete(value);
        byPlaceholder.delete(placeholder);
        characters -= value.length;
      }
      known = createKnownValues();
      for (const value of byValue.keys()) known.add(value);
    },
  };
}

/** A conversation is sent again with every turn: what was read once under a policy is not read again. */
function createScans(isOurs: (placeholder: string) => boolean): Pick<SessionPlaceholders, 'scan'> & { trim(): void } {
  const scans = new Map<string, Scan>();
  let policy: Digest | null = null;
  return {
    scan(text, terms) {
      if (policy !== terms.policy) scans.clear();
      policy = terms.policy;
      const plain = eachPlaceholder(text, (one) => (isOurs(one) ? '*'.repeat(one.length) : one));
      if (plain.length < WORTH) return terms.read(plain);
      const digest = hash('sha256', plain, 'base64url');
      const scan = scans.get(digest) ?? terms.read(plain);
      scans.delete(digest);
      scans.set(digest, scan);
      return scan;
    },
    trim() {
      for (const oldest of scans.keys()) {
        if (scans.size <= MOST_SCANS) return;
        scans.delete(oldest);
      }
    },
  };
}
