import type { Format } from './format.ts';

const VALUE = String.raw`(?:"([^"\n]{4,100})"|'([^'\n]{4,100})'|([^\s"'\`|;&<>]{4,100}))`;

/** Credentials known by the setting, the option or the line they stand in, in the files and commands of many programs. */
export const SETTINGS: readonly Format[] = [
  {
    id: 'command-password',
    near: ['--pass', '--pwd', '--token', '--api', '--access', '--auth', '--secret', '-token', '-key', '-password', '-secret'],
    pattern: new RegExp(
      String.raw`(?<![\w-])--(?:[a-z]{1,20}-){0,3}(?:pass(?:word|wd|phrase)?|pwd|token|api-?key|access-?key|secret-?key|auth-?key|client-?secret)(?:=|\s{1,3})${VALUE}`,
      'g',
    ),
    bits: 1.5,
    human: true,
  },
  {
    id: 'password',
    near: [':5432:', ':5433:', ':6432:', ':*:'],
    pattern: /(?<![\w.])[\w.*-]{1,80}:(?:\d{4,5}|\*):[\w*-]{1,60}:[\w.*-]{1,60}:([^\s:'"]{6,100})(?!\S)/g,
    bits: 1.5,
    human: true,
  },
  {
    id: 'named-secret',
    near: ["_key'", "_salt'", '_key"', '_salt"'],
    pattern: /define\(\s{0,3}['"][A-Z_]{3,40}_(?:KEY|SALT)['"]\s{0,3},\s{0,3}(?:'([^'\n]{24,100})'|"([^"\n]{24,100})")/g,
    bits: 3.5,
  },
  {
    id: 'named-secret',
    near: ['secret', 'salt', 'token'],
    pattern:
      /(?<!public|public[ _-])(?:secret|salt|token)[\w-]{0,20}['"]?\]?\s{0,3}(?:=>|=|:)\s{0,3}(?:"(?![$<{/]|[a-z][a-z+]{1,12}:)(?=[^"\s\d]{0,120}\d)([^"\s]{24,120})"|'(?![$<{/]|[a-z][a-z+]{1,12}:)(?=[^'\s\d]{0,120}\d)([^'\s]{24,120})')/gi,
    bits: 3.7,
    random: true,
  },
  {
    id: 'named-secret',
    near: ['base64:'],
    pattern: /(?:key|secret|token)["']?\s{0,3}[:=]\s{0,3}["']?base64:([A-Za-z0-9+/]{30,100}={0,2})/gi,
    bits: 3.5,
  },
  {
    id: 'named-secret',
    near: ['_pat', '-pat'],
    pattern: /[_-]PAT["']?\s{0,3}[:=]\s{0,3}["']?([A-Za-z0-9]{30,100})(?!\w)/gi,
    bits: 3.3,
  },
  {
    id: 'named-secret',
    near: ['token', 'secret', 'key', 'password'],
    pattern:
      /(?<!csrf.|xsrf.|page.|next.|continuation.|public.)(?:token|secret|password|api[ _-]?key|auth[ _-]?key|access[ _-]?key|private[ _-]?key)["']?(?:\s{1,3}(?:is\s{1,3})?|\s{0,3}[:=]\s{0,3})["']?(?:0x)?([0-9a-f]{32,128})(?![0-9a-zA-Z])/gi,
    bits: 3,
  },
  {
    id: 'named-secret',
    near: ['token', 'secret', 'key', 'credential'],
    pattern:
      /(?:api[ _-]?key|token|secret|access[ _-]?key|auth[ _-]?key|credential)s?\s{1,2}(?:is|was)\s{0,2}:?\s{1,2}["'`“]?([A-Za-z0-9_+/=.-]{16,200})/gi,
    bits: 3.3,
    random: true,
  },
  {
    id: 'private-key',
    near: ['begin openvpn'],
    pattern: /-----BEGIN OpenVPN (?:tls-crypt-v2 (?:client|server)|Static) key(?: V1)?-----/gi,
    bits: 0,
  },
  {
    id: 'url-token',
    near: ['://'],
    pattern: /https?:\/\/([A-Za-z0-9_-]{20,120})(?::x-oauth-basic)?@(?![\w.-]{0,80}sentry)[\w.-]{1,120}/g,
    bits: 3.3,
    random: true,
  },
  { id: 'private-key', near: ['xprv', 'yprv', 'zprv', 'tprv'], pattern: /(?<![A-Za-z0-9])[xyzt]prv[1-9A-HJ-NP-Za-km-z]{90,112}/g, bits: 3.5 },
  {
    id: 'private-key',
    near: ['wif', 'private key', 'privkey', 'private_key', 'wallet'],
    pattern: /(?:wif|priv(?:ate)?[ _-]?key|wallet)[^\n]{0,40}?(?<![A-Za-z0-9])([5KLc9][1-9A-HJ-NP-Za-km-z]{50,51})(?![A-Za-z0-9])/gi,
    bits: 3.5,
  },
  {
    id: 'device-password',
    near: ['password 7', 'secret 5', 'secret 8', 'secret 9', 'snmp-server'],
    pattern: /(?:password 7 ([0-9A-F]{8,64})|secret [589] \$(\d\$\S{8,120})|snmp-server community (\S{6,60}) R[OW])/gi,
    bits: 2,
  },
  { id: 'mail-login', near: ['auth plain', 'auth login'], pattern: /AUTH (?:PLAIN|LOGIN) ([A-Za-z0-9+/]{12,400}={0,2})/g, bits: 3 },
  {
    id: 'network-key',
    near: ['psk', 'wpa_passphrase', 'pre-shared-key', 'presharedkey'],
    pattern: /(?:(?<![A-Za-z])psk|wpa_passphrase|pre-?shared-?key)["']?\s{0,3}[=:]\s{0,3}["']?([^\s"']{8,64})/gi,
    bits: 2,
    human: true,
  },
  {
    id: 'azure-storage-key',
    near: ['key', 'storage', 'account', 'azure'],
    pattern: /(?:key|storage|account|azure)[^\n]{0,60}?(?<![A-Za-z0-9+/-])([A-Za-z0-9+/]{86}==)/gi,
    bits: 4,
  },
  {
    id: 'paypal-secret',
    near: ['paypal', 'client'],
    pattern: /(?:paypal|client)[^\n]{0,60}?(?<![\w-])(E[A-Za-z0-9_-]{79})(?![\w-])/gi,
    bits: 4,
  },
  {
    id: 'bootstrap-token',
    near: ['token'],
    pattern: /token["']?\s{0,3}[:=]?\s{0,3}["']?([a-z0-9]{6}\.[a-z0-9]{16})(?![\w.])/gi,
    bits: 3,
  },
];
