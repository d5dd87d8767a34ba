import { daemonClient } from '../client/daemon-client.ts';
import { socketsFor } from '../client/socket-place.ts';
import { openSocket } from '../client/socket-transport.ts';
import { isObject } from '../kernel/json.ts';
import { answerKeyOf } from '../wire/answer-proof.ts';

const ASKING = { method: 'GET', path: '/v1/identity', timeoutMs: 10_000 } as const;
const MOST = 65_536;

/** The answer key a daemon publishes, asked without any key of ours. `socket`: it came through a folder no other user may enter. */
export interface PublishedKey {
  readonly answerKey: string;
  readonly over: 'socket' | 'http';
}

/** Null where nobody answers, or nobody who publishes one. */
export async function publishedKey(url: string, env: NodeJS.ProcessEnv = process.env): Promise<PublishedKey | null> {
  const terms = { url, key: '', mostBytes: MOST, env };
  const socket = await openSocket(socketsFor(url, env), terms, () => undefined).catch(() => null);
  const client = socket ?? daemonClient({ ...terms, env: { ...env, AEGIS_SOCKET: 'off' } });
  try {
    const { body } = await client.ask(ASKING);
    const said = isObject(body ?? null) ? (body as { readonly answerKey?: unknown }).answerKey : undefined;
    return typeof said === 'string' && answerKeyOf(said) !== null ? { answerKey: said, over: socket === null ? 'http' : 'socket' } : null;
  } catch {
    return null;
  } finally {
    client.close();
  }
}
