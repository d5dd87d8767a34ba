import type { Authority } from '../../kernel/action.ts';
import { hostOf } from './tokens.ts';

const KEYS: Readonly<Record<Authority, string>> = {
  recipient:
    'to cc bcc recipient recipients email emails mail phone mobile contact contacts channel channels receiver payee beneficiary attendee attendees participant participants invitee invitees user username member members address addresses',
  account: 'iban account accounts card wallet routing bic swift sortcode creditor debtor',
  amount: 'amount amounts sum price total',
  url: 'url urls uri uris link links href endpoint webhook callback redirect',
  host: 'host hosts hostname domain domains server ip',
  path: 'path paths file files filename filepath directory folder dest destination',
  command: 'command commands cmd script shell exec sql',
  credential: 'token password passwd secret credential credentials apikey privatekey secretkey accesskey authorization passphrase',
  permission: 'role roles permission permissions scope scopes privilege privileges acl visibility',
};

const BY_KEY: ReadonlyMap<string, Authority> = new Map(
  Object.entries(KEYS).flatMap(([authority, words]) => words.split(' ').map((word): [string, Authority] => [word, authority as Authority])),
);

/** Words that say something only when they are the whole name: `code` runs, a `promo_code` does not. */
const WHOLE_KEY: ReadonlyMap<string, Authority> = new Map([
  ['code', 'command'],
  ['program', 'command'],
  ['payment', 'amount'],
  ['access', 'permission'],
  ['group', 'permission'],
]);

const FREE_TEXT = new Set(
  'body text content contents message messages description comment comments subject title snippet html markdown summary note notes review memo bio prompt output stdout stderr readme abstract transcript answer response reason instructions'.split(
    ' ',
  ),
);

/** The words of `recipientEmail`, `recipient_email`, `Recipient-Email`. */
function wordsOf(key: string): readonly string[] {
  return key
    .slice(0, 64)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

interface KeySense {
  readonly authority: Authority | undefined;
  readonly freeText: boolean;
}

function senseOf(key: string): KeySense {
  const words = wordsOf(key);
  const joined = words.join('');
  // The last word says what it is: `account_holder_email` is an address.
  const last = words.findLast((word) => BY_KEY.has(word)) ?? '';
  return {
    authority: WHOLE_KEY.get(joined) ?? BY_KEY.get(joined) ?? BY_KEY.get(last),
    freeText: FREE_TEXT.has(words.at(-1) ?? '') || FREE_TEXT.has(joined),
  };
}

const MAX_KNOWN = 1_024;
const known = new Map<string, KeySense>();

/** The same few keys come again and again; remembering them changes no answer. */
function sense(key: string): KeySense {
  const seen = known.get(key);
  if (seen !== undefined) return seen;
  const made = senseOf(key);
  if (known.size >= MAX_KNOWN) known.clear();
  if (key.length <= 64) known.set(key, made);
  return made;
}

/** Whether prose is expected under this key: such a leaf is never a reference, however short it is. */
export function isFreeText(keys: readonly string[]): boolean {
  return keys.some((key) => sense(key).freeText);
}

function fromKey(key: string): Authority | undefined {
  return sense(key).authority;
}

const EVERYDAY = new Set(
  'test tests build start install ci lint check format fmt typecheck status diff log help version clean dev docs bench coverage --version --help -v -h'.split(
    ' ',
  ),
);

/** TAINT-9: one plain word, or a program with an everyday subcommand: every README says `npm test`, and it names nothing foreign. */
function isEveryday(value: string | number | boolean): boolean {
  if (typeof value !== 'string' || value.length > 60) return false;
  const words = value.trim().split(/\s+/);
  const [program = '', ...rest] = words[1] === 'run' ? [words[0] ?? '', ...words.slice(2)] : words;
  return /^[A-Za-z][\w-]*$/.test(program) && rest.length <= 1 && rest.every((word) => EVERYDAY.has(word));
}

/** TAINT-11: a name below the working folder is the user's own work; hidden, absolute, upward and home paths are not. */
function isWorkspacePath(value: string | number | boolean): boolean {
  if (typeof value !== 'string' || value.length > 1_024) return false;
  const segments = (value.startsWith('./') ? value.slice(2) : value).split('/');
  return segments.every((segment) => /^[\p{L}\p{N}_@+-][\p{L}\p{N}_ @+.,()-]*$/u.test(segment));
}

function carriesNone(authority: Authority, value: string | number | boolean): boolean {
  return (authority === 'command' && isEveryday(value)) || (authority === 'path' && isWorkspacePath(value));
}

/** What power the value at this place would have: by its own key, then by its shape, then by the keys around it. */
export function authorityOf(keys: readonly string[], value: string | number | boolean): Authority | undefined {
  const [own, ...around] = keys;
  const named = own === undefined ? undefined : fromKey(own);
  if (named !== undefined) return carriesNone(named, value) ? undefined : named;
  if (isFreeText(keys.slice(0, 1))) return undefined;
  if (typeof value === 'string' && value.length <= 2_048 && !/\s/.test(value.trim())) {
    const text = value.trim();
    if (/^[a-zA-Z][a-zA-Z0-9+.-]{0,20}:\/\//.test(text)) return 'url';
    const at = text.indexOf('@');
    if (at > 0 && hostOf(text.slice(at + 1)) !== null) return 'recipient';
    if (/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return 'account';
  }
  for (const key of around) {
    const authority = fromKey(key);
    if (authority !== undefined) return carriesNone(authority, value) ? undefined : authority;
    if (isFreeText([key])) return undefined;
  }
  return undefined;
}
