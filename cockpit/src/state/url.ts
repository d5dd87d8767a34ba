import { useSyncExternalStore } from 'react';

/** What is open stands in the address, so that a reload, the back button and a sent link show the same. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const CHANGED = 'aegis-place';
const here = (): string => location.pathname + location.search;

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener);
  addEventListener(CHANGED, listener);
  return () => {
    removeEventListener('popstate', listener);
    removeEventListener(CHANGED, listener);
  };
}

export function usePlace(): Place {
  const url = new URL(useSyncExternalStore(subscribe, here), location.origin);
  return { path: url.pathname, query: url.searchParams };
}

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === here()) return;
  if (how === 'push') history.pushState(null, '', to);
  else history.replaceState(null, '', to);
  dispatchEvent(new Event(CHANGED));
}

/** The present address with some of its parameters changed; an empty value takes one away. */
export function withQuery(changes: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return location.pathname + (text === '' ? '' : `?${text}`);
}

export const actionPath = (action: string, agent: string): string => `/actions/${encodeURIComponent(action)}?agent=${encodeURIComponent(agent)}`;
