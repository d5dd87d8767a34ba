import type { Format } from './format.ts';

/** Credentials as protocols and file formats carry them, whoever made them: armours of keys, JWT, HTTP headers, URLs, connection strings. */
export const PROTOCOLS: readonly Format[] = [
  {
    id: 'private-key',
    near: ['-----begin'],
    pattern: /-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----(?![^-]{0,40}-----END)(?:[^-]{20,8192}(?=-----)|[^-]{0,100}$)?/g,
    bits: 0,
  },
  { id: 'private-key', near: ['putty-user-key-file'], pattern: /PuTTY-User-Key-File-\d/gi, bits: 0 },
  {
    id: 'jwt',
    near: ['eyj'],
    pattern: /(?<![A-Za-z0-9_-])ey[A-Za-z0-9_-]{12,4000}\.ey[A-Za-z0-9_/\\-]{8,8000}(?:\.[A-Za-z0-9_/\\-]{0,2000}={0,2})?/g,
  },
  { id: 'jwt', near: ['eyj'], pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_/\\-]{4,8000}\.[A-Za-z0-9_/\\-]{8,2000}/g },
  { id: 'jwt-base64', near: ['zxlk', 'zxlj'], pattern: /(?<![A-Za-z0-9])ZXlK[A-Za-z0-9+/]{60,8000}={0,2}/g, bits: 3.5 },
  {
    id: 'url-password',
    near: ['://'],
    pattern: /[a-zA-Z][a-zA-Z0-9+.-]{1,24}:\/\/[^\s/?#:@'"<>[\]{}$]{0,80}:([^\s/?#@'"<>{}$]{2,120})@[\w.[\]-]{1,120}/g,
    bits: 1,
  },
  { id: 'basic-auth', near: ['basic '], pattern: /authorization['"]?\s{0,4}[:=]\s{0,4}['"]?basic\s{1,4}([A-Za-z0-9+/]{8,400}={0,2})/gi },
  {
    id: 'bearer-token',
    near: ['bearer '],
    pattern: /(?<![A-Za-z])bearer\s{1,4}(?=[A-Za-z_.=~+/-]{0,200}\d)([A-Za-z0-9_.=~+/-]{16,2000})/gi,
    bits: 3.2,
  },
  {
    id: 'auth-header',
    near: ['authorization', 'x-api', 'api-key', 'token:', 'key:', 'auth'],
    pattern:
      /(?:authorization|x-[a-z-]{0,24}(?:token|key)|api-?key|(?<![a-z])token|private-token)['"]?\s{0,3}:\s{0,3}(?:[a-z-]{3,12}\s)?([A-Za-z0-9_.=~@+/-]{8,400})['"]/gi,
    bits: 2.8,
  },
  {
    id: 'curl-user',
    beside: 'curl',
    near: ['-u ', '--user'],
    pattern:
      /(?<![\w-])(?:-u|--user)(?:\s{1,4}|=)(?:"([^"\s:]{0,60}:[^"]{0,80})"|'([^'\s:]{0,60}:[^']{0,80})'|"[^"\s]{1,80}":"([^"\s]{4,80})"|([^\s:'"$]{1,60}:'[^'\n]{3,80}')|([^\s:'"$]{1,60}:[^\s'"$]{3,80}))/g,
    bits: 1.5,
  },
  { id: 'nuget-password', near: ['cleartextpassword'], pattern: /ClearTextPassword"\s{1,4}value="([^"]{4,200})"/gi, bits: 1.5 },
  { id: 'connection-password', near: ['password=', 'pwd='], pattern: /;\s{0,4}(?:password|pwd)\s?=\s?([^;\s'"]{4,120})/gi, bits: 2 },
];
