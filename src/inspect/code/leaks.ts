import { harm } from '../shell/call.ts';
import { saw } from './effects.ts';
import type { Machine } from './machine.ts';
import type { Given, Value } from './value.ts';
import { asText, originsOf } from './value.ts';

/** Where a credential is presented to the one who gave it. */
const PRESENTS = /^(?:headers?|auth|authorization|cookies?|verify|cert|timeout|proxies|agent|httpsAgent|signal|method|credentials|mode)$/i;
/** Keys by which a request's options are told from a body. */
const REQUEST = ['headers', 'method', 'body', 'data', 'hostname', 'host', 'auth'];
const CREDENTIAL = /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|AUTH_?KEY|_KEY$|DATABASE_URL|_DSN$/i;

/** Whose credential a variable of the environment holds, by the names their makers document. */
const VENDORS: readonly (readonly [RegExp, RegExp])[] = [
  [/^AWS_/, /amazonaws|\baws\b/],
  [/^(?:GITHUB|GH)_/, /github/],
  [/^(?:GITLAB|CI_JOB)_/, /gitlab/],
  [/^(?:NPM|NODE_AUTH)_/, /npmjs|github/],
  [/^(?:PYPI|TWINE)_/, /pypi/],
  [/^OPENAI_/, /openai|azure/],
  [/^ANTHROPIC_/, /anthropic/],
  [/^STRIPE_/, /stripe/],
  [/^SLACK_/, /slack/],
  [/^(?:GOOGLE|GCP|GCLOUD|GEMINI|FIREBASE)_/, /google|firebase/],
  [/^AZURE_/, /azure|microsoft|windows\.net/],
  [/^(?:HF|HUGGINGFACE|HUGGING_FACE)_/, /huggingface|hf\.co/],
  [/^TWILIO_/, /twilio/],
  [/^SENDGRID_/, /sendgrid/],
  [/^(?:CLOUDFLARE|CF)_/, /cloudflare/],
  [/^HEROKU_/, /heroku/],
  [
    /^(?:SSH|PRIVATE|SIGNING|ENCRYPTION|JWT|MASTER|SESSION|DJANGO|FLASK|RAILS)_|^SECRET_KEY|^(?:DATABASE|DB|POSTGRES|PG|MYSQL|MONGO\w*|REDIS)_?\w*$/,
    /(?!)/,
  ],
];
/** Places that take whatever is sent to them, and addresses without a name. */
const DROPS =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])(?::\d+)?$|webhook\.site|requestbin|pipedream|ngrok|oast\.|interact\.sh|burpcollaborator|hookbin|beeceptor|requestcatcher|trycloudflare|localtunnel|serveo|pastebin|transfer\.sh|\.onion$|(?:^|\.)0x0\.st|api\.telegram\.org|discord(?:app)?\.com/;
const NEAR = /^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[::1\])/;

/** A credential of the environment in the body or the address of a request to somebody it is not for (INSPECT-158). */
export function leaks(given: readonly Given[], before: readonly Given[], machine: Machine): void {
  const names = given
    .flatMap(bodyOf)
    .flatMap((value) => originsOf(value))
    .filter(({ kind, name }) => kind === 'variable' && CREDENTIAL.test(name))
    .map(({ name }) => name.toUpperCase());
  if (names.length === 0) return;
  const host = hostOf([...given, ...before]);
  if (host !== undefined && NEAR.test(host)) return;
  if (names.some((name) => isForeign(name, host)))
    saw(machine, harm('SHELL_SECRET_EXFILTRATION', 'HIGH', { detector: 'exfiltration', category: 'network', operation: 'send' }));
}

function isForeign(name: string, host: string | undefined): boolean {
  if (host !== undefined && DROPS.test(host)) return true;
  const vendor = VENDORS.find(([pattern]) => pattern.test(name));
  return vendor !== undefined && (host === undefined || !vendor[1].test(host));
}

function bodyOf({ name, value }: Given): readonly Value[] {
  if (name !== undefined && PRESENTS.test(name)) return [];
  if (value.is === 'map' && name === undefined && REQUEST.some((key) => value.entries.has(key)))
    return [...value.entries].filter(([key]) => !PRESENTS.test(key)).map(([, one]) => one);
  return [value];
}

/** The host a request goes to, where it is known. */
function hostOf(given: readonly Given[]): string | undefined {
  for (const { value } of given) {
    const texts = value.is === 'map' ? ['hostname', 'host', 'url'].map((key) => value.entries.get(key)) : [value];
    for (const one of texts) {
      if (one === undefined) continue;
      const [, host = ''] =
        /^(?:https?|wss?):\/\/(?:[^@/]*@)?([^/?#\s]+)/i.exec(asText(one).text) ?? /^([\w-]+(?:\.[\w-]+)+)$/.exec(asText(one).text) ?? [];
      if (host !== '' && !host.includes('\u0000')) return host.toLowerCase();
    }
  }
  return undefined;
}
