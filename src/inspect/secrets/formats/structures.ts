import type { Format } from './format.ts';
import { NO_ID } from './ids.ts';

/** What commands take as a password without a name that says so: the program, then the option. */
const OPTIONS: readonly (readonly [program: string, option: string])[] = [
  ['mysql', String.raw`-p(?=\S)`],
  ['mariadb', String.raw`-p(?=\S)`],
  ['mysqldump', String.raw`-p(?=\S)`],
  ['mysqladmin', String.raw`-p(?=\S)`],
  ['sshpass', String.raw`-p\s?`],
  ['docker login', String.raw`-p\s`],
  ['podman login', String.raw`-p\s`],
  ['helm registry login', String.raw`-p\s`],
  ['redis-cli', String.raw`-a\s`],
  ['zip', String.raw`-P\s`],
  ['unzip', String.raw`-P\s`],
  ['7z', String.raw`-p(?=\S)`],
  ['rar', String.raw`-h?p(?=\S)`],
  ['openssl', String.raw`(?:-k\s|-pass(?:in|out)?\spass:)`],
  ['ldapsearch', String.raw`-w\s`],
  ['ldapmodify', String.raw`-w\s`],
  ['mongosh', String.raw`-p\s`],
  ['mongo', String.raw`-p\s`],
  ['mongodump', String.raw`-p\s`],
  ['smbclient', String.raw`-U\s{1,2}[\w.\\/-]{1,40}%`],
  ['net use', String.raw`\\\\[\w.-]{1,60}\\[\w$.-]{1,60}\s`],
  ['htpasswd', String.raw`-\w{0,4}b\w{0,4}\s{1,2}\S{1,80}\s{1,2}\S{1,40}\s`],
  ['rabbitmqctl', String.raw`(?:add_user|change_password)\s{1,2}\S{1,40}\s`],
  ['az login', String.raw`-p\s`],
  ['sqlcmd', String.raw`-P\s?`],
  ['bcp', String.raw`-P\s?`],
  ['cf login', String.raw`-p\s`],
  ['oc login', String.raw`-p\s`],
  ['xfreerdp', String.raw`/p:`],
  ['aws configure set', String.raw`aws_secret_access_key\s`],
  ['vault login', ''],
  ['wmic', String.raw`/password:`],
  ['cmdkey', String.raw`/pass:`],
  ['psexec', String.raw`-p\s`],
  ['plink', String.raw`-pw\s`],
  ['pscp', String.raw`-pw\s`],
];

const WORD = String.raw`(?:"([^"\n]{4,100})"|'([^'\n]{4,100})'|([^\s"'\`|;&<>]{4,100}))`;

const options: readonly Format[] = OPTIONS.map(([program, option]) => ({
  id: 'command-password',
  near: [program],
  pattern: new RegExp(String.raw`(?<![\w-])${program}(?:\.exe)?\s[^\n|;&]{0,160}?(?<!\S)${option}${WORD}`, 'g'),
  bits: 1.5,
  human: true,
}));

/** Formats known by how they are built, whoever makes them: hashes of passwords, keys in every armour, cookies, tokens with a made-up prefix. */
export const STRUCTURES: readonly Format[] = [
  ...options,
  { id: 'password-hash', near: ['$2a$', '$2b$', '$2x$', '$2y$'], pattern: /\$(2[abxy]\$\d\d\$[./A-Za-z0-9]{53})(?![./A-Za-z0-9])/g, bits: 3 },
  {
    id: 'password-hash',
    near: ['$1$', '$5$', '$6$', '$apr1$', '$y$', '$gy$', '$7$', '$md5$'],
    pattern: /\$((?:1|5|6|7|y|gy|apr1|md5)\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,32}\$[./A-Za-z0-9]{16,128})/g,
    bits: 3,
  },
  {
    id: 'password-hash',
    near: ['$argon2', '$scrypt$', '$pbkdf2', 'pbkdf2_sha', 'bcrypt_sha256$', 'scrypt:'],
    pattern:
      /((?:argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha\d{1,3})?)\$[\w=,.+/:$-]{30,300}|(?:pbkdf2_sha\d{1,3}\$|bcrypt_sha256\$|scrypt:\d{1,9}:)[\w=,.+/:$-]{30,300})/g,
    bits: 3,
  },
  {
    id: 'password-hash',
    near: ['{ssha', '{sha', '{smd5}', '{crypt}'],
    pattern: /\{(?:S?SHA(?:256|512)?|SMD5|CRYPT)\}[A-Za-z0-9+/.$]{20,180}={0,2}/gi,
    bits: 3,
  },
  { id: 'password-hash', near: [':::'], pattern: /(?<![\w-])[\w.$-]{1,40}:\d{3,6}:[0-9a-fA-F]{32}:[0-9a-fA-F]{32}:::/g, bits: 2 },
  { id: 'private-key', near: ['begin ssh2'], pattern: /---- BEGIN SSH2 (?:ENCRYPTED )?PRIVATE KEY ----/g, bits: 0 },
  {
    id: 'private-key',
    near: ['<d>', '<p>', '<q>', '<inverseq>'],
    beside: '<RSAKeyValue>',
    pattern: /<(?:D|P|Q|InverseQ)>([A-Za-z0-9+/]{12,2000}={0,2})</g,
    bits: 3,
  },
  { id: 'private-key', near: ['"d"', '"k"'], beside: '"kty"', pattern: /"[dk]"\s{0,4}:\s{0,4}"([A-Za-z0-9_-]{20,2000})"/g, bits: 3 },
  {
    id: 'private-key',
    near: ['miie', 'miic', 'miib', 'miig', 'mhcca', 'migh', 'b3blbnnzac1rzxktd', 'ls0tls1crudjt'],
    pattern:
      /(?<![A-Za-z0-9+/])(?:MII(?:E[opvw]|C[XYd]|BV|Jw|G)[A-Za-z0-9+/]{0,6}(?:IBAAK|IBADAN|gIBAA)[A-Za-z0-9+/\n\r]{60,8000}|MHcCAQEE[A-Za-z0-9+/]{60,400}|MIGHAgEAM[A-Za-z0-9+/]{60,400}|b3BlbnNzaC1rZXktdjE[A-Za-z0-9+/\n\r]{60,8000}|LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,40}(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)[A-Za-z0-9+/]{20,8000})={0,2}/g,
    bits: 3.5,
  },
  {
    id: 'session-cookie',
    near: ['sess', 'sid', 'jwt', 'token', 'auth', 'remember', 'identity', 'aspx'],
    beside: 'ookie',
    pattern:
      /(?<![\w.-])[\w.-]{0,30}(?:sess|sid|auth|token|jwt|remember|identity|aspx)[\w.-]{0,20}=(?=[A-Za-z%._~+/-]{0,200}\d)([A-Za-z0-9%._~+/-]{16,2000})/gi,
    bits: 3,
  },
  {
    id: 'totp-secret',
    near: ['totp', 'otpauth', '2fa', 'mfa', 'authenticator'],
    pattern: /(?:totp|otpauth|2fa|mfa|authenticator)[^\n]{0,40}?(?<![A-Za-z0-9])([A-Z2-7]{16,64})(?![A-Za-z0-9])/gi,
    bits: 2.8,
  },
  {
    id: 'recovery-phrase',
    near: ['seed phrase', 'mnemonic', 'recovery phrase', 'secret phrase', 'seed words', 'recovery words'],
    pattern:
      /(?:seed phrase|mnemonic|recovery phrase|secret phrase|seed words|recovery words)["']?(?:\s(?:is|are))?\s{0,3}[:=]?\s{0,3}["']?((?:[a-z]{3,8}[ ,]{1,2}){11,23}[a-z]{3,8})(?![a-z])/gi,
    bits: 2,
  },
  {
    id: 'bearer-token',
    near: ['authorization'],
    pattern: /authorization['"\\]{0,4}\s{0,3}[:=,]\s{0,3}['"\\]{0,4}(?:bearer|token)\s{1,4}([\w.=~+/-]{6,2000})(?![\w({<$%])/gi,
    bits: 2.2,
    shown: true,
  },
  {
    id: 'named-token',
    near: ['secret', 'token', 'key'],
    pattern:
      /(?:secret|token|apikey|api_key|key)[ \t]{1,4}["']?(?=[A-Za-z_-]{0,40}\d)(?=[A-Z0-9_-]{0,40}[a-z])(?=[a-z0-9_-]{0,40}[A-Z])([A-Za-z0-9_-]{24,120})(?![\w./-])/gi,
    bits: 3.9,
    random: true,
  },
  {
    id: 'tink-keyset',
    near: ['z29vz2xllmnyexb0by50aw5r', 'dvb2dszs5jcnlwdg8udglua', 'nb29nbguuy3j5chrvlnrpbm'],
    pattern: /(?:Z29vZ2xlLmNyeXB0by50aW5r|dvb2dsZS5jcnlwdG8udGlua|nb29nbGUuY3J5cHRvLnRpbm)[A-Za-z0-9+/_-]{20,4000}={0,2}/g,
    bits: 3,
  },
  { id: 'signed-url', near: ['sig='], pattern: /[?&;]sig=([A-Za-z0-9%+/]{28,120}(?:=|%3D){0,2})/gi, bits: 3 },
  {
    id: 'vault-secret-id',
    near: ['secret_id', 'secretid'],
    pattern: /secret_?id["']?\s{0,3}[:=]\s{0,3}["']?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})/gi,
    bits: 1.5,
  },
  {
    id: 'tink-keyset',
    near: ['google.crypto.tink'],
    pattern:
      /google\.crypto\.tink\.(?:\w{0,40}(?:Aes|Hmac|Private|ChaCha|Siv|Gcm|Eax)\w{0,40})\\{0,3}"[^{}]{0,80}value\\{0,3}"\s{0,4}:\s{0,4}\\{0,3}"([A-Za-z0-9+/=_-]{16,4000})/g,
    bits: 3,
  },
  {
    id: 'token',
    near: ['sk', 'rk', 'key', 'api', 'tok', 'pat', 'secret', 'live', 'prod', 'dev', 'test', 'auth', 'access'],
    pattern:
      /(?<![\w./%+=-])(?:[A-Za-z][A-Za-z0-9]{0,11}[_-]){0,2}(?:sk|rk|key|api|apikey|tok|token|pat|secret|live|prod|dev|test|auth|access)[_-](?:[a-z0-9]{1,8}[_-])?(?=[a-z_-]{0,40}\d)([A-Za-z0-9]{20,120})(?![\w./-])/g,
    bits: 3.3,
    random: true,
  },
  {
    id: 'token',
    near: ['_', '-'],
    pattern: new RegExp(
      String.raw`(?<![\w./%+=-])${NO_ID}[A-Za-z][A-Za-z0-9]{1,11}[_-](?:[A-Za-z0-9]{1,8}[_-])?(?=[A-Za-z]{0,60}\d)(?=[A-Z0-9]{0,60}[a-z])(?=[a-z0-9]{0,60}[A-Z])([A-Za-z0-9]{28,120})(?![\w./-])`,
      'g',
    ),
    bits: 3.9,
    random: true,
  },
  {
    id: 'token',
    near: ['_'],
    pattern: new RegExp(
      String.raw`(?<![\w./%+=-])${NO_ID}[A-Za-z][A-Za-z0-9]{1,14}_(?:[a-z0-9]{1,8}_)?([0-9a-f]{40}|[0-9a-f]{48}|[0-9a-f]{64}|[0-9a-f]{80})(?![\w./-])`,
      'g',
    ),
    bits: 3.2,
  },
];
