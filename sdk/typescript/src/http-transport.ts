import { MOST_CHARACTERS, type Way } from './way.ts';

export function httpTransport(base: string, key: string): Way {
  return async ({ method, path, body }, signal) => {
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
      redirect: 'error',
    });
    const decoder = new TextDecoder();
    let text = '';
    for await (const piece of response.body ?? []) {
      text += decoder.decode(piece as Uint8Array, { stream: true });
      // Leaving the loop ends the connection.
      if (text.length > MOST_CHARACTERS) throw new Error('the answer is too long');
    }
    return { status: response.status, body: JSON.parse(text + decoder.decode()) as unknown, retryAfter: response.headers.get('retry-after') };
  };
}
