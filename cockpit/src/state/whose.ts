import type { QueryClient } from '@tanstack/react-query';
import type { Login } from './shapes.ts';

const WHO = 'who';

/** From now on somebody else is here, or nobody: what was read for the one before is dropped. */
export function nowIs(client: QueryClient, login: Login | null): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== WHO });
  client.setQueryData([WHO], login);
}
