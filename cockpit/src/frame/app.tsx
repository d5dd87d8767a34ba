import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { ActionPage } from '../action/page.tsx';
import { AgentsPage } from '../agents/page.tsx';
import { ApprovalsPage } from '../approvals/page.tsx';
import { LivePage } from '../live/page.tsx';
import { OverviewPage } from '../overview/page.tsx';
import { SpendPage } from '../spend/page.tsx';
import { Empty, Refusal } from '../parts/tags.tsx';
import { Link } from '../parts/link.tsx';
import { get, logIn, Problem, useLoginLost } from '../state/ask.ts';
import type { Login } from '../state/shapes.ts';
import { startStream, usePush } from '../state/stream.ts';
import { usePlace } from '../state/url.ts';
import { nowIs } from '../state/whose.ts';
import { Frame } from './frame.tsx';
import { LoginPage } from './login.tsx';

const LINK = '#login=';

/** Who is here decides what is shown: a login form, or the frame with the page of the address. */
export function App(): ReactNode {
  const client = useQueryClient();
  const lost = useLoginLost();
  const [linkError, setLinkError] = useState<unknown>(null);
  // The code is taken out of the address at once: it works once, and belongs into no history.
  const [code] = useState(() => (location.hash.startsWith(LINK) ? location.hash.slice(LINK.length) : null));
  const who = useQuery({
    queryKey: ['who'],
    queryFn: async ({ signal }): Promise<Login | null> => {
      if (location.hash.startsWith(LINK)) history.replaceState(null, '', location.pathname + location.search);
      if (code !== null && client.getQueryData(['who']) === undefined) {
        try {
          return await logIn({ code });
        } catch (error) {
          setLinkError(error);
        }
      }
      try {
        return await get<Login>('/v1/login', signal);
      } catch (error) {
        if (error instanceof Problem && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: Infinity,
  });
  const login = who.data ?? null;
  if (who.isPending) return <div className="blank" aria-busy="true" />;
  if (who.error !== null && login === null)
    return (
      <main className="login">
        <Refusal error={who.error} again={() => void who.refetch()} />
      </main>
    );
  if (login === null || lost) return <LoginPage ended={lost && login !== null} linkError={linkError} done={(next) => nowIs(client, next)} />;
  return <Inside login={login} />;
}

function Inside({ login }: { readonly login: Login }): ReactNode {
  const client = useQueryClient();
  const { state } = usePush();
  useEffect(() => startStream(), []);
  // What became durable while nothing was heard is asked for when the connection is there again.
  useEffect(() => {
    if (state === 'live') void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'who' });
    if (state === 'ended') void get('/v1/login').catch(() => undefined);
  }, [client, state]);
  return (
    <Frame login={login}>
      <Page login={login} />
    </Frame>
  );
}

function Page({ login }: { readonly login: Login }): ReactNode {
  const { path } = usePlace();
  if (path === '/') return <OverviewPage />;
  if (path === '/approvals') return <ApprovalsPage login={login} />;
  if (path === '/agents') return <AgentsPage login={login} />;
  if (path === '/spend') return <SpendPage />;
  if (path === '/live') return <LivePage />;
  const action = /^\/actions\/([^/]+)$/.exec(path)?.[1];
  if (action !== undefined) return <ActionPage action={decodeURIComponent(action)} />;
  return (
    <div className="page">
      <Empty title="There is no page at this address.">
        Go to <Link to="/">the overview</Link> or to <Link to="/approvals">what waits for you</Link>.
      </Empty>
    </div>
  );
}
