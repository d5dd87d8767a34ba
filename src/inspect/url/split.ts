export interface Parts {
  readonly scheme: string;
  /** Everything between the slashes and the path, as a browser cuts it. */
  readonly authority: string;
  readonly userinfo: string | null;
  readonly host: string;
  readonly port: string;
  /** Path, query and fragment. */
  readonly rest: string;
  readonly tricks: readonly Trick[];
  /** Other hosts a careless parser could read. */
  readonly alternatives: readonly string[];
}

/** A spelling on which URL parsers disagree. */
export type Trick = 'userinfo' | 'backslash' | 'control' | 'double-at' | 'fragment-at' | 'slashes';

/**
 * Cuts a URL as the WHATWG standard does (tabs and newlines removed, backslash is slash in web schemes, the last `@` ends the
 * userinfo) and notes each place where other parsers cut differently. null when there is no scheme or no authority (INSPECT-71).
 */
export function splitUrl(text: string): Parts | null {
  const trimmed = text.replace(/^[\x00-\x20]+|[\x00-\x20]+$/g, '');
  const clean = trimmed.replace(/[\t\n\r]/g, '');
  const tricks = new Set<Trick>();
  if (clean !== trimmed) tricks.add('control');
  const scheme = /^[a-z][a-z0-9+.-]{0,30}:/i.exec(clean)?.[0].slice(0, -1).toLowerCase() ?? (/^[\\/]{2}[^\\/]/.test(clean) ? '' : null);
  if (scheme === null) return null;
  const after = scheme === '' ? clean : clean.slice(scheme.length + 1);
  const slashes = /^[\\/]*/.exec(after.slice(0, 16))?.[0] ?? '';
  if (slashes.includes('\\')) tricks.add('backslash');
  const web = /^(?:https?|wss?|ftp)$/.test(scheme);
  if (web ? slashes !== '//' : slashes.length > 3) tricks.add('slashes');
  if (!web && slashes.length < 2)
    return { scheme, authority: '', userinfo: null, host: '', port: '', rest: after, tricks: [...tricks], alternatives: [] };
  const body = after.slice(web ? slashes.length : 2);
  return authorityOf(scheme, body, tricks);
}

function authorityOf(scheme: string, body: string, tricks: Set<Trick>): Parts {
  const end = body.search(/[/\\?#]/);
  const authority = end < 0 ? body : body.slice(0, end);
  const rest = end < 0 ? '' : body.slice(end);
  const alternatives: string[] = [];
  const at = authority.lastIndexOf('@');
  if (at !== authority.indexOf('@')) tricks.add('double-at');
  if (at >= 0) tricks.add('userinfo');
  if (/\s/.test(authority)) tricks.add('control');
  // `host\@other`, `host#@other`, `host?@other`: the mark ends the host for one parser and belongs to the userinfo for another.
  const mark = /^[\\#?][^/\s]{0,200}@([^/\\?#\s@]{1,255})/.exec(rest) ?? /^#[\\@\s]*([^/\\?#\s@]{1,255})/.exec(rest.includes('@') ? rest : '');
  if (rest.startsWith('\\')) tricks.add('backslash');
  if (mark?.[1] !== undefined) {
    tricks.add('fragment-at');
    alternatives.push(stripPort(mark[1]));
  }
  const hostPort = authority.slice(at + 1);
  if (at > 0) for (const piece of authority.slice(0, at).split(/[@:\s]/, 8)) alternatives.push(piece);
  const close = hostPort.startsWith('[') ? hostPort.indexOf(']') : -1;
  const colon = hostPort.indexOf(':', Math.max(close, 0));
  return {
    scheme,
    authority,
    userinfo: at < 0 ? null : authority.slice(0, at),
    host: colon < 0 ? hostPort : hostPort.slice(0, colon),
    port: colon < 0 ? '' : hostPort.slice(colon + 1),
    rest,
    tricks: [...tricks],
    alternatives,
  };
}

const stripPort = (host: string): string => (host.startsWith('[') ? host : (host.split(':', 1)[0] ?? host));
