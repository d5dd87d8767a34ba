const V4 = /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d)/g;
const V6 = /(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])/g;

/** IP addresses that could name a person's machine: not loopback, unspecified or a version number. */
export function ipAddresses(text: string): [start: number, end: number][] {
  const out: [number, number][] = [];
  if (/\d\.\d/.test(text)) {
    for (const match of text.matchAll(V4)) {
      const before = text.slice(Math.max(0, match.index - 10), match.index);
      if (!/^(?:0\.0\.0\.0|127\.|255\.255\.)/.test(match[0]) && !/version\s?$|v$|\/$/i.test(before))
        out.push([match.index, match.index + match[0].length]);
    }
  }
  if (text.includes(':')) for (const match of text.matchAll(V6)) if (isV6(match[0])) out.push([match.index, match.index + match[0].length]);
  return out;
}

function isV6(text: string): boolean {
  const doubles = text.split('::').length - 1;
  const groups = text.split(':').filter((group) => group !== '').length;
  if (doubles > 1 || text === '::' || text === '::1') return false;
  return doubles === 1 ? groups >= 2 && groups <= 7 : groups === 8 || (groups === 7 && text.includes('.'));
}
