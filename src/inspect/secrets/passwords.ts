import { isMade, isPlaceholder } from './placeholder.ts';

/** Words that name a password wherever they end in an identifier, without accents; the other scripts follow. */
export const PASSWORD_NAMES =
  'passw passwd passphrase pwd pass pw contrase kennwort senha passe wachtwoord parola sifre heslo lozinka salasana losenord sandi identified by'.split(
    ' ',
  );
const FOREIGN_NAMES =
  'пароль пароля паролем hasło hasłem şifre şifresi lösenord 密码 密碼 口令 パスワード 暗証番号 비밀번호 암호 كلمة-المرور كلمة-السر पासवर्ड mật-khẩu סיסמה κωδικός รหัสผ่าน'
    .split(' ')
    .map((word) => word.replaceAll('-', ' '));
const NOT_ASCII = /[^\x00-\x7f]/;
const MOST_FOREIGN = 64;

/** Words after the name that say it is not the password itself. */
const ABOUT =
  /reset|policy|field|hint|min|max|rule|strength|expir|chang|required|prompt|file|path|encod|manager|input|label|error|length|count|age|updated|created|enabled|hash|digest|type|env|var|name|url|id$|at$|less|port|enger|ive|^d$|ed$|ing$|es$|age$|through|code/i;

/** Names of methods and types that look like a word with a number. */
const METHODS =
  /^(?:sha-?\d{1,3}|md5|base\d\d|utf-?\d{1,2}|oauth2?|argon2(?:id|i|d)?|pbkdf2|bcrypt\w{0,3}|scrypt|u?int\d{1,2}|float\d\d|string\d?|varchar\d*|ipv[46]|http2|win32|x509)$/i;

/** Where the name ended: what still belongs to the identifier, then a sign of assignment. */
const ASSIGNED =
  /([\w.À-ɏ-]{0,24})["'`\]\\]{0,3}[ \t]{0,3}(?:=>|:=|=|:|：)(?!=|\/\/)[ \t]{0,4}\\?(?:"([^"\n\\]{4,128})\\?"|'([^'\n]{4,128})'|`([^`\n]{4,128})`|([^\s"'`<>{}[\]]{4,128}))/y;
/** `password is …`, `passwort lautet …`: prose, so the value must not be a word. */
const SPOKEN =
  /([a-z]{0,8})["']?[ \t]{1,2}(?:is|was|ist|lautet|est|es|è|é|jest|to)(?: now| set to| changed to)?:?[ \t]{1,2}["'`“]?([^\s"'`”]{6,64})/y;
/** `PASSWORD 'x'` of SQL. */
const QUOTED = /([a-z]{0,4})(?: set)?(?: with)?[ \t]{1,3}'([^'\n]{4,128})'/iy;
/** `<password>x</password>`, `<add key="Password" value="x"/>`. */
const MARKED = /([\w.-]{0,24})(?:"[ \t]{1,4}value="([^"\n]{4,128})"|>([^<\n]{4,128})<\/)/y;
/** `password x` of a .netrc, beside its login. */
const NETRC = /([a-z]{0,4})[ \t]{1,3}([^\s"']{4,128})/y;

export interface Password {
  readonly start: number;
  readonly end: number;
}

/** The password that the name before `end` is given. Bounded: a few hundred characters are looked at. */
export function passwordAfter(text: string, start: number, end: number): Password | undefined {
  if (!namesPassword(text, start, end)) return undefined;
  const sql = text.slice(start, end).toLowerCase() === 'by';
  if (sql && !/identified[ \t]{1,3}$/i.test(text.slice(Math.max(0, start - 16), start))) return undefined;
  for (const [pattern, likely] of sql ? ([[QUOTED, isLikely]] as const) : FORMS) {
    pattern.lastIndex = end;
    const match = pattern.exec(text);
    if (match === null) continue;
    if (pattern === NETRC && !besideLogin(text, start, likely === isGiven)) continue;
    const value = match.slice(2).find((group) => group !== undefined) ?? '';
    if (ABOUT.test(match[1] ?? '')) return undefined;
    const clean = trimmed(value);
    if (!likely(clean)) continue;
    const at = match.index + match[0].lastIndexOf(value);
    return { start: at, end: at + clean.length };
  }
  return undefined;
}

const FORMS = [
  [ASSIGNED, isLikely],
  [MARKED, isLikely],
  [QUOTED, isLikely],
  [SPOKEN, isMixed],
  [NETRC, isGiven],
  [NETRC, isMixed],
] as const;

/** `pass` and `pw` are words of their own, the others parts of one: `dbPass`, `compass` and `passenger` differ. */
function namesPassword(text: string, start: number, end: number): boolean {
  if (end - start > 4) return true;
  const [before, after] = [text[start - 1] ?? ' ', text[end] ?? ' '];
  const head = !/[A-Za-z]/.test(before) || (/[a-z]/.test(before) && /[A-Z]/.test(text[start] ?? ''));
  return head && !/[a-z]/.test(after) && !(text.slice(start, end).toLowerCase() === 'pw' && /[A-Z0-9]/.test(after));
}

/** Sentences end and lists go on: the mark after an unquoted value is not its own. */
function trimmed(value: string): string {
  return value.replace(/(?:[,;)]|[.?](?=$)|&\w{1,40}=.{0,80})+$/, '');
}

/** Two kinds of characters, nothing that is code, a name, a path or a number with a unit. */
export function isLikely(value: string): boolean {
  if (value.length < 4 || value.length > 128 || isPlaceholder(value) || isMade(value) || METHODS.test(value)) return false;
  if (/^(?:[$%<{[(@/]|https?:|\.{1,2}\/|[A-Z]:\\)|[(){}]|\$\{|^--/.test(value)) return false;
  if (/^\d{1,4}[-/.:]\d{1,2}(?:[-/.:]\d|$)|^\d+(?:\.\d+)?%?$|^[\d.]+(?:ms|s|m|h|d|px|em|kb|mb|gb)$/i.test(value))
    return value.length >= 6 && /^\d+$/.test(value);
  if (/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/.test(value)) return false;
  const letters = /\p{L}/u.test(value);
  const others = /\d/.test(value) || /[^\p{L}\d\s_.,:/-]/u.test(value);
  return letters && others && (value.match(/\s/g)?.length ?? 0) <= 4;
}

/** For prose and options: letters with a digit, or with a mark that sentences do not hold. */
export function isMixed(value: string): boolean {
  return (
    isLikely(value) &&
    value.length >= 6 &&
    !/\s/.test(value) &&
    /\p{L}/u.test(value) &&
    /\d|[!#$%^&*@+=~]/.test(value) &&
    !/^\d+[a-z]{1,12}$/.test(value)
  );
}

/** `machine host login name password …`, whole; or only some of its words. */
function besideLogin(text: string, start: number, whole: boolean): boolean {
  const before = text.slice(Math.max(0, start - 200), start);
  return whole
    ? /\bmachine\s{1,4}[\w-]{1,63}\.[\w.-]{1,80}\s{1,4}(?:login|account)\s{1,4}\S{1,80}\s{1,4}$/.test(before)
    : /\b(?:machine|login|default)\b/.test(before.slice(-120));
}

/** For a place that holds nothing but passwords: anything but an example. */
function isGiven(value: string): boolean {
  return isLikely(value) || (/^[A-Za-z]{4,}$/.test(value) && !isPlaceholder(value));
}

/** Names in other scripts, which the pass over the text does not look for. */
export function foreignPasswords(text: string): readonly Password[] {
  if (!NOT_ASCII.test(text)) return [];
  const lower = text.toLowerCase();
  if (lower.length !== text.length) return [];
  const out: Password[] = [];
  for (const name of FOREIGN_NAMES) {
    let at = lower.indexOf(name);
    for (let seen = 0; at >= 0 && seen < MOST_FOREIGN; seen++) {
      const one = passwordAfter(text, at, at + name.length);
      if (one !== undefined) out.push(one);
      at = lower.indexOf(name, at + name.length);
    }
  }
  return out;
}
