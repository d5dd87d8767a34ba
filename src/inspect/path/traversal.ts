import type { Decoded } from './decode.ts';
import type { PathSaw } from './path-saw.ts';
import { resolvePath } from './resolve.ts';
import type { Resolved } from './resolve.ts';
import { sensitivityOf } from './sensitive.ts';

/** Climbs that no honest relative path needs. */
const MANY = 5;

/** Whether the climbs of a path are a developer's or an attack's. */
export function judgeTraversal(resolved: Resolved, decoded: Decoded, raw: string): PathSaw | undefined {
  if (malformed(raw) || /\.\.%|\.\.[\u0001-\u001f]/.test(decoded.text) || needless(raw)) return { code: 'PATH_ENCODED', risk: 'HIGH' };
  if (resolved.climbs === 0) return isHidden(resolved, decoded, raw) ? { code: 'PATH_ENCODED', risk: 'HIGH' } : undefined;
  const { climbs, above, odd, absolute } = resolved;
  const target = sensitivityOf(absolute ? resolved.path : `/${resolved.path.replace(/^(\.\.\/)*/, '')}`);
  const encoded = decoded.revealed && climbs > resolvePath(raw).climbs;
  if (target !== 'none' && (above > 0 || absolute)) {
    const certain = encoded || odd > 0 || above >= 3 || target !== 'probe';
    return { code: 'PATH_TRAVERSAL', risk: certain ? 'CRITICAL' : 'HIGH' };
  }
  if (encoded || above >= MANY || (absolute && above > 0) || isOdd(resolved)) return { code: 'PATH_TRAVERSAL', risk: 'HIGH' };
  // `../../{FILE}`: where it leads is filled in later, by somebody else.
  if (above > 0 && /\$?\{{1,2}[A-Za-z_]\w{0,40}\}{1,2}/.test(raw)) return { code: 'PATH_TRAVERSAL', risk: 'HIGH' };
  return { code: 'PATH_CLIMB', risk: above >= 2 ? 'MEDIUM' : 'LOW' };
}

const isOdd = ({ climbs, odd, path, absolute }: Resolved): boolean => odd > 0 && (climbs >= 2 || odd >= 2 || path === '..' || absolute);

/** No climb, and yet written so that a filter misses where it leads. */
function isHidden(resolved: Resolved, decoded: Decoded, raw: string): boolean {
  if (resolved.odd >= 2) return true;
  if (!decoded.revealed || !hiddenDots(raw)) return false;
  return /[\\/]\.|\.[\\/]/.test(decoded.text) || sensitivityOf(resolved.path) !== 'none';
}

/**
 * Encodings that occur in no honest path: the bytes RFC 3629 forbids (0xC0, 0xC1, and the overlong leads), private-use `%u` forms
 * that lax servers map to separators, and `%` lost from `..%2f` twice.
 */
const malformed = (raw: string): boolean =>
  /%c[01]%|%e0%80|%f0%80%80|%f8%80|%fc%80|%u(e[0-9a-f]|f[0-8])[0-9a-f]{2}|%bg%|(\.\.(2f|5c)){2}|^\.\.(2f|5c)\w{2,20}(2f|5c)/i.test(raw);

/** Three or more letters or digits written in percent form, which RFC 3986 §2.3 says nobody should. */
function needless(raw: string): boolean {
  let count = 0;
  for (const match of raw.matchAll(/%(3[0-9]|[46][1-9a-f]|[57][0-9a])/gi)) if (match[0] !== '' && ++count >= 3) return true;
  return false;
}

/** A dot or a separator written in code rather than plainly. */
const hiddenDots = (raw: string): boolean => /%(25)*(2e|2f|5c|c0|c1|u00|uff)|0x2[ef]|\uff0e|\uff0f/i.test(raw);
