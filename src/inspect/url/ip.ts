/** What kind of network an address belongs to. `metadata`: cloud instance credentials; `multicast`: every group and what is kept for later. */
export type Zone = 'public' | 'loopback' | 'private' | 'link-local' | 'multicast' | 'metadata' | 'reserved';

export interface Address {
  /** IPv4 in dotted decimal, IPv6 in brackets, compressed as written by us. */
  readonly canonical: string;
  readonly zone: Zone;
  /** Spelled in a way nobody uses for an honest address. */
  readonly disguised: boolean;
}

const PLAIN = /^(?:\d{1,3}\.){3}\d{1,3}$/;

/**
 * Every spelling inet_aton(3) and the WHATWG host parser accept: one to four parts, decimal, octal, hex, and values that wrap when
 * a careless parser truncates them (INSPECT-70). null when the text is no IPv4 address at all.
 */
export function readIPv4(host: string): Address | null {
  const parts = host.split('.');
  if (parts.length > 4 || parts.length === 0) return null;
  const values: bigint[] = [];
  for (const part of parts) {
    const value = component(part);
    if (value === null) return null;
    values.push(value);
  }
  let address = 0n;
  values.forEach((value, index) => {
    const last = index === values.length - 1;
    address += last ? value : (value & 255n) << BigInt(8 * (3 - index));
  });
  const overflow = values.some((value, index) => (index < values.length - 1 ? value > 255n : value >= 1n << BigInt(8 * (5 - values.length))));
  const folded = overflow && values.length === 4 ? values.reduce((sum, value) => (sum << 8n) | (value & 255n), 0n) : address & 0xffffffffn;
  const disguised = overflow || !PLAIN.test(host) || parts.some((part) => part.length > 1 && part.startsWith('0'));
  const zone = zoneOf(Number(folded));
  // `010.0.0.5` is 8.0.0.5 to inet_aton and 10.0.0.5 to parsers that drop the zero: an internal one of the two decides.
  const plain = zone === 'public' && PLAIN.test(host) && disguised ? parts.reduce((sum, part) => sum * 256 + (Number(part) & 255), 0) : -1;
  return plain >= 0 && zoneOf(plain) !== 'public'
    ? { canonical: dotted(plain), zone: zoneOf(plain), disguised }
    : { canonical: dotted(Number(folded)), zone, disguised };
}

function component(part: string): bigint | null {
  if (part.length === 0 || part.length > 64) return null;
  if (/^0x[0-9a-f]*$/i.test(part)) return part.length === 2 ? 0n : BigInt(part);
  if (/^0[0-7]+$/.test(part)) return BigInt(`0o${part}`);
  return /^\d+$/.test(part) ? BigInt(part) : null;
}

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');

const METADATA = new Set(['169.254.42.42', '100.100.100.200', '192.0.0.192', '168.63.129.16']);

/** First address, prefix length, zone. */
const RANGES: readonly (readonly [string, number, Zone])[] = [
  ['0.0.0.0', 8, 'loopback'],
  ['127.0.0.0', 8, 'loopback'],
  ['10.0.0.0', 8, 'private'],
  ['172.16.0.0', 12, 'private'],
  ['192.168.0.0', 16, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['169.254.169.0', 24, 'metadata'],
  ['169.254.170.0', 24, 'metadata'],
  ['169.254.0.0', 16, 'link-local'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.88.99.0', 24, 'reserved'],
  ['198.18.0.0', 15, 'private'],
  ['224.0.0.0', 3, 'multicast'],
];

const TABLE = RANGES.map(([first, length, zone]) => ({
  first: first.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0),
  size: 2 ** (32 - length),
  zone,
}));

/** RFC 6890 special-purpose registries, and the providers' metadata addresses. */
export function zoneOf(value: number): Zone {
  if (METADATA.has(dotted(value))) return 'metadata';
  return TABLE.find(({ first, size }) => value >= first && value < first + size)?.zone ?? 'public';
}

/** IPv6 without brackets, zone id allowed; addresses that carry an IPv4 one are judged by it (INSPECT-70, INSPECT-135). */
export function readIPv6(host: string): Address | null {
  const zoneId = host.indexOf('%');
  const groups = expand(zoneId >= 0 ? host.slice(0, zoneId) : host);
  if (groups === null) return null;
  const canonical = `[${groups.map((group) => group.toString(16)).join(':')}]`;
  const disguised = zoneId >= 0;
  if (groups.slice(0, 7).every((group) => group === 0) && (groups[7] ?? 0) <= 1) return { canonical, zone: 'loopback', disguised };
  if (isMetadata(groups)) return { canonical, zone: 'metadata', disguised };
  const carried = carriedBy(groups);
  return carried === null ? { canonical, zone: rangeOf(groups[0] ?? 0), disguised } : { canonical, zone: zoneOf(carried), disguised: true };
}

/** Metadata services of AWS, Google and Scaleway, and the link-local spelling of 169.254.169.254. */
function isMetadata([a = 0, b = 0, , , , , g = 0, h = 0]: readonly number[]): boolean {
  if (a === 0xfd00) return b === 0xec2 || (b === 0x42 && h === 0x42);
  return (a === 0xfd20 && b === 0xce) || (a === 0xfe80 && g === 0xa9fe && h === 0xa9fe);
}

/** The IPv4 address inside: mapped, compatible, translated, NAT64, 6to4, Teredo (with every bit turned over), ISATAP. */
function carriedBy(groups: readonly number[]): number | null {
  const at = (index: number): number => groups[index] ?? 0;
  const v4 = (index: number): number => ((at(index) << 16) | at(index + 1)) >>> 0;
  const zeros = (to: number): boolean => groups.slice(0, to).every((group) => group === 0);
  if (at(0) === 0x2001 && at(1) === 0) return ~v4(6) >>> 0;
  if (at(0) === 0x2002) return v4(1);
  const isatap = (at(4) & 0xfdff) === 0 && at(5) === 0x5efe;
  return isatap || zeros(5) || (zeros(4) && at(4) === 0xffff) || (at(0) === 0x64 && at(1) === 0xff9b) ? v4(6) : null;
}

/** Unique local and the site-local range that came before it, link-local, multicast; what is not global unicast (RFC 4291, RFC 6890) is nobody's server. */
function rangeOf(first: number): Zone {
  if ((first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfec0) return 'private';
  if ((first & 0xffc0) === 0xfe80) return 'link-local';
  if (first >= 0xff00) return 'multicast';
  return (first & 0xe000) === 0x2000 && first !== 0x3fff ? 'public' : 'reserved';
}

function expand(host: string): number[] | null {
  if (host.length > 60) return null;
  const halves = host.split('::');
  if (halves.length > 2) return null;
  const left = groupsOf(halves[0] ?? '');
  const right = groupsOf(halves[1] ?? '');
  if (left === null || right === null) return null;
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 0) return null;
  return [...left, ...Array.from({ length: missing }, () => 0), ...right];
}

function groupsOf(half: string): number[] | null {
  if (half === '') return [];
  const groups: number[] = [];
  const parts = half.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.') && index === parts.length - 1) {
      const bytes = part.split('.').map(Number);
      if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte < 256))) return null;
      groups.push(((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0), ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0));
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}
