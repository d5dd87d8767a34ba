import { useSyncExternalStore } from 'react';
import { Problem } from './ask.ts';
import { readStream } from './event-stream.ts';

/** `live`: entries arrive as they become durable. `connecting`: not yet, or not any more. */
export interface Push {
  readonly state: 'connecting' | 'live' | 'ended';
  /** When something was heard last; 0 before. */
  readonly heardAt: number;
  /** Newest entry told, -1 before the first. */
  readonly index: number;
}

type Told = { readonly kind: 'entry'; readonly index: number; readonly type: string } | { readonly kind: 'alive'; readonly state: Push['state'] };
type Listener = (entry: { readonly index: number; readonly type: string }) => void;

const CHANNEL = 'aegis-stream';
const [PAUSE_MS, LONGEST_PAUSE_MS] = [1_000, 15_000];

let push: Push = { state: 'connecting', heardAt: 0, index: -1 };
const watching = new Set<() => void>();
const listeners = new Set<Listener>();

function tell(told: Told): void {
  const heardAt = Date.now();
  if (told.kind === 'entry') push = { state: 'live', heardAt, index: Math.max(push.index, told.index) };
  else push = { ...push, state: told.state, ...(told.state === 'live' ? { heardAt } : {}) };
  for (const changed of watching) changed();
  if (told.kind === 'entry') for (const listener of listeners) listener(told);
}

/**
 * One tab of a browser holds the connection and tells the others: over HTTP/1.1 a browser opens six to one address, and a seventh tab would
 * hang. Where locks are missing (plain HTTP beyond this machine), each tab holds its own while it is seen.
 */
export function startStream(): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const channel = new BroadcastChannel(CHANNEL);
  let leads = false;
  channel.onmessage = ({ data }: MessageEvent<Told | 'how is it?'>) => {
    if (data !== 'how is it?') tell(data);
    else if (leads) channel.postMessage({ kind: 'alive', state: push.state } satisfies Told);
  };
  channel.postMessage('how is it?');
  const toAll = (told: Told): void => {
    tell(told);
    channel.postMessage(told);
  };
  if ('locks' in navigator)
    void navigator.locks
      .request(CHANNEL, { signal }, () => {
        leads = true;
        return keepReading(signal, toAll);
      })
      .catch(() => undefined);
  else void keepReadingWhileSeen(signal);
  return () => {
    ended.abort();
    channel.close();
  };
}

async function keepReadingWhileSeen(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (document.hidden) await once(document, 'visibilitychange', signal);
    const hidden = new AbortController();
    const gone = (): void => (document.hidden ? hidden.abort() : undefined);
    document.addEventListener('visibilitychange', gone);
    await keepReading(AbortSignal.any([signal, hidden.signal]), tell);
    document.removeEventListener('visibilitychange', gone);
    if (push.state === 'ended') return;
  }
}

async function keepReading(signal: AbortSignal, toAll: (told: Told) => void): Promise<void> {
  let pause = PAUSE_MS;
  while (!signal.aborted) {
    try {
      await readStream({
        from: push.index < 0 ? null : push.index + 1,
        signal,
        alive: () => {
          pause = PAUSE_MS;
          toAll({ kind: 'alive', state: 'live' });
        },
        entry: (index, type) => toAll({ kind: 'entry', index, type }),
      });
    } catch (error) {
      if (error instanceof Problem && (error.status === 401 || error.status === 403)) return toAll({ kind: 'alive', state: 'ended' });
    }
    if (signal.aborted) return;
    toAll({ kind: 'alive', state: 'connecting' });
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

function once(target: EventTarget, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    target.addEventListener(name, () => resolve(), { once: true, signal });
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

export function usePush(): Push {
  return useSyncExternalStore(
    (listener) => {
      watching.add(listener);
      return () => void watching.delete(listener);
    },
    () => push,
  );
}

export function onEntry(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
