import { createHmac } from 'node:crypto';

/** Shorter ones are guessed. */
export const LEAST_SECRET = 16;

/** What is wrong with where a message would be posted, or with its secret; null when nothing is. */
export function webhookFault(url: string, secret: string): string | null {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) return `\`${url}\` is not an HTTP address`;
  if (parsed.protocol === 'http:' && !['127.0.0.1', '[::1]', 'localhost'].includes(parsed.hostname))
    return `${parsed.host} would get the message in clear text: use https`;
  if (parsed.username !== '' || parsed.password !== '') return 'a webhook address may not hold a password';
  if (secret.length < LEAST_SECRET) return `the secret must have ${String(LEAST_SECRET)} characters or more`;
  return null;
}

/** `t=<Unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`: the time is signed too, so that an old message is told from a new one. */
export function signature(secret: string, at: number, body: string): string {
  return `t=${String(at)},v1=${createHmac('sha256', secret)
    .update(`${String(at)}.${body}`)
    .digest('hex')}`;
}

/** Posts the message once. @throws Error that says why it was not taken */
export async function postWebhook(
  { url, secret }: { readonly url: string; readonly secret: string },
  body: string,
  timeoutMs: number,
): Promise<void> {
  const at = Math.floor(Date.now() / 1000);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'aegis-signature': signature(secret, at, body) },
    body,
    // Whoever is named gets the message, and nobody they name.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    throw new Error(
      error instanceof Error && error.name === 'TimeoutError'
        ? `no answer within ${String(timeoutMs / 1000)} s`
        : `it cannot be reached (${causeOf(error)})`,
    );
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`it answered ${String(response.status)}`);
}

function causeOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  return cause instanceof Error ? cause.message : String(error);
}
