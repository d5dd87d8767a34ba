import { entropy, isCamel, isWordy } from './entropy.ts';
import { isPlaceholder } from './placeholder.ts';

/** Words that name a credential wherever they stand in an identifier. */
export const SECRET_NAMES =
  'secret token passw passwd pwd apikey api_key api-key accesskey access_key access-key auth credential creds private_key client_secret signing encryption_key webhook_key _key -key key'.split(
    ' ',
  );

/** Providers whose tokens have no shape of their own; named beside a random value they are credentials. */
export const PROVIDERS =
  'adafruit adobe airtable algolia alibaba asana beamer bitbucket bittrex cloudflare codecov cohere coinbase confluent contentful datadog discord droneci dropbox etsy facebook fastly finicity finnhub flickr freshbooks gitter gocardless heroku hubspot intercom jfrog artifactory kraken kucoin launchdarkly linear linkedin looker mailchimp mailgun mattermost meraki messagebird netlify nytimes newyork okta plaid privateai rapidapi sendbird sentry snyk sonar squarespace sumo teams travis twilio twitch twitter typeform yandex zendesk scalingo flutterwave sourcegraph octopus cloudant softlayer pagerduty shippo vault telegram square stripe assemblyai deepgram elevenlabs supabase planetscale upstash grafana newrelic honeycomb loggly logdna rollbar bugsnag amplitude mixpanel braintree adyen paypal paystack razorpay klaviyo brevo postmark sparkpost mailjet plivo nexmo vonage clicksend docusign shodan virustotal censys abuseipdb greynoise urlscan clearbit etherscan infura quicknode moralis coinmarketcap mapquest tomtom'.split(
    ' ',
  );

/** Longest distance from the name to its value. */
const REACH = 48;
const VALUE = /[\w.=+/~@!#^&*-]{8,200}/y;

/** Identifiers that hold a secret word and name something public: a key's name, length, file; a foreign, primary or public key. */
const PUBLIC_NAME =
  /public|idempot|authenticity|keying|keyed|key_?(?:down|up|press)|bucket|conversation|correlation|trace|turnkey|foreign|primary|partition|sort_?key|keyboard|keyword|keyframe|keyhash|key_?id|key_?name|key_?file|key_?pair|key_?vault|key_?path|key_?type|key_?size|key_?len|monkey|turkey|hotkey|author|length|_name|name$|alias|csrf|(?:Id|ID|_id|Ids|Type|Count|Index|Size|Url|URL|Uri|Path|File|Name|Variable|Format|Distance|Version|Limit|Expiry|Expires)$|max_?tokens|schema|issuer|tokeniz|cache_?key|object_?key|s3_?key|non_?matching|table|column|field/i;

/** Whether the identifier around a secret word names something public rather than the secret. */
export function isPublicName(text: string, end: number): boolean {
  const before = /[\w.-]{0,40}$/.exec(text.slice(Math.max(0, end - 40), end))?.[0] ?? '';
  const after = /^[\w.-]{0,24}/.exec(text.slice(end, end + 24))?.[0] ?? '';
  return PUBLIC_NAME.test(before + after);
}

/** The name is one of a URL's parameters, where short tokens count views and show badges. */
export const isParameter = (text: string, end: number): boolean => /[?&][\w.-]{0,40}$/.test(text.slice(Math.max(0, end - 42), end));

/** A provider's name stands at the start of a word and ends one: `okta_token`, not `rookTable`. */
export function isProviderWord(text: string, start: number, end: number): boolean {
  const before = text[start - 1] ?? ' ';
  const after = text[end] ?? ' ';
  return (
    (!(/[a-z]/i.test(before) && !/[A-Z]/.test(text[start] ?? '')) && !/[a-z]/.test(after)) ||
    /^(?:key|token|secret|api)/i.test(text.slice(end, end + 8))
  );
}

export interface Assigned {
  readonly value: string;
  readonly start: number;
}

/**
 * The value assigned to the name that ends at `end`: `NAME_KEY = "value"`, `name: value`, `"name": "value"`, `name => value`, `--name value`.
 * Looks at most `REACH` characters ahead, so that a text of nothing but names stays linear.
 */
export function assignedAfter(text: string, end: number): Assigned | undefined {
  let at = end;
  const limit = Math.min(text.length, end + REACH);
  while (at < limit && /[\w.\- \t\]"'`\\]/.test(text[at] ?? '')) at += 1;
  const mark = at;
  while (at < limit && /[:=>|,?]/.test(text[at] ?? '')) at += 1;
  if (at === mark || at - mark > 4) return undefined;
  const operator = text.slice(mark, at);
  if (operator === '?' || operator === '==' || operator === '===' || operator === '>') return undefined;
  let quotes = 0;
  while (at < limit && /[\s"'`\\({[]/.test(text[at] ?? '')) {
    if (/["'`]/.test(text[at] ?? '')) quotes += 1;
    at += 1;
  }
  VALUE.lastIndex = at;
  const match = VALUE.exec(text);
  if (match === null) return undefined;
  const after = text[at + match[0].length] ?? '';
  if (after === '(' || (after === '[' && quotes === 0)) return undefined;
  return { value: match[0], start: at };
}

/** Names in code: `Ed25519PublicKey`, `ed448.Ed448PrivateKey`, `MCP_OAUTH2_TTL`, `oauth2-passthrough`, `total_tokens=0`, `mcp-tunnels-2026-06-22`. */
const isIdentifier = (value: string): boolean =>
  (/^[A-Za-z_]{2,}\d{1,6}[A-Za-z_]*$/.test(value) && isCamel(value)) ||
  /^[A-Za-z_][\w.]{0,60}(?:Key|Token|Secret|Password|Credentials?|Auth)$/.test(value) ||
  /^[A-Za-z_]\w{2,}(?:\.[A-Za-z_]\w{2,}){2,}$/.test(value) ||
  /^[A-Z]+\d?(?:_[A-Z]+\d?)+$|^[a-z]+\d?(?:[-_][a-z]+\d?)+$|^[A-Za-z_]{3,40}=[^=]{1,12}$/.test(value) ||
  /^[a-z]+(?:-[a-z]+){0,6}-20\d\d-\d\d-\d\d$/.test(value);

/** Whether a value could be a random credential: mixed characters, enough entropy, not code, not a placeholder. */
export function looksRandom(value: string, { provider }: { readonly provider: boolean }): boolean {
  if (value.length < 10 || value.length > 150 || isPlaceholder(value)) return false;
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value)) return provider && /^\d{14,40}$/.test(value);
  if (isIdentifier(value)) return false;
  if (/^\d{1,4}[-/.]\d{1,2}[-/.]\d/.test(value) || (/^[\w-]+(?:\.[A-Za-z][\w-]*)+$/.test(value) && !/\d.*\d.*\d/.test(value))) return false;
  if (/^[a-z_]+[0-9]{0,3}$|^[A-Z_]+[0-9]{0,3}$/.test(value)) return false;
  if (/^(?:[A-Za-z]+[-_./])+[A-Za-z]*\d{0,4}$/.test(value)) return false;
  if (isWordy(value) || /\/[^/]{0,80}\.[A-Za-z]{2,5}$/.test(value)) return false;
  return entropy(value) >= (provider ? 2.8 : value.length >= 32 ? 3 : 3.3);
}
