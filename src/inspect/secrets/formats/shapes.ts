import type { Format } from './format.ts';

/** Formats that are known by their structure rather than by a prefix. */
export const SHAPES: readonly Format[] = [
  {
    id: 'aws-access-key',
    near: ['akia', 'asia', 'abia', 'acca', 'a3t'],
    pattern: /(?<![A-Za-z0-9])(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g,
    bits: 2.9,
  },
  {
    id: 'azure-client-secret',
    near: ['q~'],
    pattern: /(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])/g,
    bits: 3,
  },
  { id: 'azure-storage-key', near: ['accountkey='], pattern: /AccountKey=([A-Za-z0-9+/]{86}==)/gi },
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
  { id: 'slack-webhook', near: ['hooks.slack.com'], pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{20,64}/g },
  { id: 'discord-webhook', near: ['/api/webhooks/'], pattern: /discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,70}/g },
  {
    id: 'teams-webhook',
    near: ['webhook.office.com'],
    pattern: /[a-z0-9-]{1,63}\.webhook\.office\.com\/webhookb2\/[a-z0-9-]{36}@[a-z0-9-]{36}\/IncomingWebhook\/[a-z0-9]{32}/gi,
  },
  { id: 'discord-token', near: ['.'], pattern: /(?<![\w-])[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])/g },
  { id: 'telegram-bot', near: [':aa'], pattern: /(?<![\w-])\d{5,16}:AA[\w-]{32,34}(?![\w-])/g },
  { id: 'telegram-bot', near: [':'], pattern: /(?<![\w-])\d{8,10}:[0-9A-Za-z_-]{35}(?![\w-])/g, bits: 3.5 },
  { id: 'mailchimp-key', near: ['-us'], pattern: /(?<![0-9a-f])[0-9a-f]{32}-us\d{1,2}(?!\d)/g },
  { id: 'terraform-cloud', near: ['.atlasv1.'], pattern: /[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}/gi },
  { id: 'maxmind-key', near: ['_mmk'], pattern: /[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk/g },
  {
    id: 'sidekiq-secret',
    near: ['gems.contribsys.com', 'enterprise.contribsys.com'],
    pattern: /https?:\/\/([a-f0-9]{8}:[a-f0-9]{8})@(?:gems|enterprise)\.contribsys\.com/g,
    bits: 1,
  },
  { id: 'sidekiq-secret', near: ['contribsys__com'], pattern: /CONTRIBSYS__COM"?\s{0,4}[=:]\s{0,4}"?([a-f0-9]{8}:[a-f0-9]{8})/g, bits: 1 },
  {
    id: 'url-password',
    near: ['://'],
    pattern: /[a-zA-Z][a-zA-Z0-9+.-]{1,24}:\/\/[^\s/?#:@'"<>[\]{}$]{0,80}:([^\s/?#@'"<>{}$]{2,120})@[\w.[\]-]{1,120}/g,
    bits: 1,
  },
  { id: 'basic-auth', near: ['basic '], pattern: /authorization['"]?\s{0,4}[:=]\s{0,4}['"]?basic\s{1,4}([A-Za-z0-9+/]{8,400}={0,2})/gi },
  { id: 'bearer-token', near: ['bearer '], pattern: /(?<![A-Za-z])bearer\s{1,4}([A-Za-z0-9_.=~+/-]{16,2000})/gi, bits: 3.2 },
  {
    id: 'auth-header',
    near: ['authorization', 'x-api', 'api-key', 'token:', 'key:', 'auth'],
    pattern:
      /(?:authorization|x-[a-z-]{0,24}(?:token|key)|api-?key|token|private-token)['"]?\s{0,3}:\s{0,3}(?:[a-z-]{3,12}\s)?([A-Za-z0-9_.=~@+/-]{8,400})['"]/gi,
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
  { id: 'artifactory-password', near: ['ap'], pattern: /(?:\s|=|:|"|^)(AP[\dABCDEF][a-zA-Z0-9]{8,90})(?:\s|"|$)/g, bits: 2 },
  { id: 'artifactory-key', near: ['akc'], pattern: /(?:\s|=|:|"|^)(AKC[a-zA-Z0-9]{10,100})(?:\s|"|$)/g },
  {
    id: 'vault-service',
    near: ['s.'],
    pattern: /(?<![\w.])s\.(?=[A-Za-z]{0,23}\d)(?=[A-Z0-9]{0,23}[a-z])[A-Za-z0-9]{24}(?![A-Za-z0-9])/g,
    bits: 3.5,
  },
  { id: 'freemius-secret', near: ['secret_key'], pattern: /['"]secret_key['"]\s{0,8}=>\s{0,8}['"](sk_\S{29})['"]/gi },
  { id: 'gcp-service-account', near: ['"private_key_id"'], pattern: /"private_key_id"\s{0,4}:\s{0,4}"([0-9a-f]{40})"/g },
];
