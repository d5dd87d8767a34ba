export const V4 = /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d)/g;
export const V6 = /(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:]|\.\d)/g;

/** Whether an IPv4 address could name a person's machine: not loopback, unspecified or a version number. */
export function isPersonalV4(text: string, start: number, end: number): boolean {
  // Private ranges (RFC 1918, 6598, 3927) name a place in somebody's network, not a person.
  if (
    /^(?:0\.0\.0\.0|127\.|255\.255\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(
      text.slice(start, end),
    )
  )
    return false;
  return !/version\s?$|v$|\/$/i.test(text.slice(Math.max(0, start - 10), start));
}

/** Whether what looks like an IPv6 address has the groups of one, and is not loopback or unspecified. */
export function isV6(text: string): boolean {
  const doubles = text.split('::').length - 1;
  const groups = text.split(':').filter((group) => group !== '').length;
  if (
    text.includes('.') &&
    text
      .slice(text.lastIndexOf(':') + 1)
      .split('.')
      .some((byte) => Number(byte) > 255)
  )
    return false;
  if (doubles > 1 || text === '::' || text === '::1') return false;
  return doubles === 1 ? groups >= 2 && groups <= 7 : groups === 8 || (groups === 7 && text.includes('.'));
}
