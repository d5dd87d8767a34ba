const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443', ssh: '22', git: '9418', ftp: '21', ws: '80', wss: '443' };

/** Lexically resolved, `/`-separated; a leading `..` of a relative path stays. */
export function cleanPath(path: string): string {
  const absolute = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (part !== '..' || !absolute) kept.push(part);
  }
  return (absolute ? '/' : '') + kept.join('/');
}

function cleanAuthority(scheme: string, authority: string): string {
  const bare = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  const colon = bare.lastIndexOf(':');
  const port = colon > bare.lastIndexOf(']') ? bare.slice(colon + 1) : '';
  const host = (port === '' && !bare.endsWith(':') ? bare : bare.slice(0, colon)).replace(/\.$/, '');
  const number = String(Number(port));
  return port === '' || number === DEFAULT_PORTS[scheme] ? host : `${host}:${number}`;
}

function unescaped(text: string): string {
  return text.replace(/%([2-7][0-9a-fA-F])/g, (whole, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(char) ? char : whole.toUpperCase();
  });
}

/**
 * One name per thing, so that an alias never is a second lock (LOCK-3): scheme and host in lower case, default ports, user names,
 * fragments, `.git`, `./`, `x/..`, doubled and trailing slashes gone; NFC. Lexical only.
 * HOLE: symbolic links and case-insensitive file systems are not seen; two names of one file then are two locks.
 */
export function canonicalResource(resource: string): string {
  const text = unescaped(resource.trim().normalize('NFC')).replaceAll('\\', '/');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return `file:${cleanPath(text)}`;
  const rest = text.slice(scheme.length + 1);
  if (scheme === 'file') return `file:${cleanPath(rest.startsWith('//') ? rest.slice(1).replace(/^\/localhost(?=\/)/, '') : rest)}`;
  if (!rest.startsWith('//')) return `${scheme}:${scheme === 'wallet' && /^0x[0-9a-fA-F]+$/.test(rest) ? rest.toLowerCase() : cleanPath(rest)}`;
  const [location = ''] = rest.slice(2).split('#', 1);
  const slash = location.search(/[/?]/);
  const authority = cleanAuthority(scheme, slash < 0 ? location : location.slice(0, slash));
  const tail = slash < 0 ? '' : location.slice(slash);
  const query = tail.indexOf('?');
  const path = cleanPath(query < 0 ? tail : tail.slice(0, query)).replace(/\.git$/, '');
  return `${scheme}://${authority}${path === '/' ? '' : path}${query < 0 ? '' : tail.slice(query)}`;
}
