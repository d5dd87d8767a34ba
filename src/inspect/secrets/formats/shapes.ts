import type { Format } from './format.ts';

/** Formats of vendors that are known by their structure rather than by a prefix. */
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
  { id: 'slack-webhook', near: ['hooks.slack.com'], pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{20,64}/g },
  { id: 'zapier-webhook', near: ['hooks.zapier.com'], pattern: /hooks\.zapier\.com\/hooks\/(?:catch|standard)\/\d{4,12}\/[A-Za-z0-9]{6,20}/g },
  {
    id: 'salesforce-session',
    near: ['00d'],
    pattern: /(?<![A-Za-z0-9])00D[A-Za-z0-9]{12,15}!(?:[A-Za-z0-9._]{60,160})(?![A-Za-z0-9])/g,
  },
  { id: 'firebase-server-key', near: [':apa91b'], pattern: /(?<![\w-])[\w-]{11}:APA91b[\w-]{100,160}/g },
  { id: 'asana-token', near: ['0/', '1/', '2/'], pattern: /(?<![\w/.])[012]\/(?:\d{16}:)?[a-f0-9]{32}(?![\w/])/g },
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
