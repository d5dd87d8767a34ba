import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect } from 'react';
import { get } from './ask.ts';
import { onEntry } from './stream.ts';

/** Entries come in bursts; a page asks again at most this often. */
const GATHER_MS = 150;

/** An answer of the API, asked for again when an entry of these kinds becomes durable. What was there stays until the new one comes. */
export function useFresh<Reply>(path: string | null, concerns: (type: string) => boolean): UseQueryResult<Reply> {
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onEntry(({ type }) => {
      if (path === null || !concerns(type)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: [path] });
      }, GATHER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client, path, concerns]);
  return useQuery({
    queryKey: [path],
    enabled: path !== null,
    queryFn: ({ signal }) => get<Reply>(path ?? '', signal),
    placeholderData: (before) => before,
  });
}
