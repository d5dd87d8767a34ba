import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useWaiting, waitingCount } from '../approvals/use-waiting.ts';
import { Icon, Shield } from '../parts/icons.tsx';
import { Link } from '../parts/link.tsx';
import { Ago } from '../parts/tags.tsx';
import { canChange } from '../state/ask.ts';
import { useKeys } from '../state/keys.ts';
import { mayDecide } from '../state/roles.ts';
import type { Login } from '../state/shapes.ts';
import { usePush } from '../state/stream.ts';
import { go, usePlace } from '../state/url.ts';
import { HaltDialog } from './halt.tsx';
import { HelpDialog } from './help.tsx';
import { Palette } from './palette.tsx';

export const PAGES = [
  { path: '/', name: 'Overview', icon: 'overview', key: 'o' },
  { path: '/approvals', name: 'Approvals', icon: 'approvals', key: 'p' },
  { path: '/live', name: 'Live', icon: 'live', key: 'l' },
  { path: '/agents', name: 'Agents', icon: 'agents', key: 'g' },
  { path: '/spend', name: 'Spend', icon: 'spend', key: 's' },
] as const;

type Open = 'palette' | 'help' | 'halt' | null;

export function Frame({ login, children }: { readonly login: Login; readonly children: ReactNode }): ReactNode {
  const { path } = usePlace();
  const [open, setOpen] = useState<Open>(null);
  const waiting = waitingCount(useWaiting().data);
  const here = PAGES.find((page) => page.path === path)?.name ?? (path.startsWith('/actions/') ? 'Action' : 'Aegis');
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${String(waiting)}) ` : ''}${here} · Aegis`;
  }, [waiting, here]);
  usePaletteKey(() => setOpen('palette'));
  useKeys({ '?': () => setOpen('help'), ...Object.fromEntries(PAGES.map((page) => [page.key, () => go(page.path)])) });
  const close = (): void => setOpen(null);
  return (
    <div className="app">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Nav login={login} path={path} waiting={waiting} />
      <div className="column">
        <Head here={here} login={login} open={setOpen} />
        <main id="main" tabIndex={-1}>
          {canChange() ? null : <p className="banner">This browser lost its login token and can only read. Log out and in again to decide.</p>}
          {children}
        </main>
      </div>
      {open === 'palette' ? <Palette close={close} openHelp={() => setOpen('help')} openHalt={() => setOpen('halt')} /> : null}
      {open === 'help' ? <HelpDialog close={close} /> : null}
      {open === 'halt' ? <HaltDialog close={close} /> : null}
    </div>
  );
}

/** ⌘K and Ctrl+K work while typing too. */
function usePaletteKey(open: () => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      open();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  });
}

/** Whether what is shown is of now, in words. */
function PushState(): ReactNode {
  const { state, heardAt, index } = usePush();
  if (state === 'live')
    return (
      <span className="push" role="status">
        <i className="dot" /> Live {index < 0 ? null : <code title="Newest entry of the log heard of">#{index}</code>}
      </span>
    );
  return (
    <span className="push stale" role="status">
      <i className="dot off" />
      {heardAt === 0 ? (
        'Connecting …'
      ) : (
        <span>
          Disconnected; shown as of <Ago at={heardAt} />
        </span>
      )}
    </span>
  );
}

function Nav({ login, path, waiting }: { readonly login: Login; readonly path: string; readonly waiting: number }): ReactNode {
  return (
    <nav aria-label="Pages">
      <Link to="/" className="brand">
        <Shield /> <span>Aegis</span>
      </Link>
      {PAGES.map((page) => (
        <Link
          key={page.path}
          to={page.path}
          className="nav-link"
          current={page.path === path || (page.path === '/live' && path.startsWith('/actions/'))}
        >
          <Icon name={page.icon} />
          <span>{page.name}</span>
          {page.path === '/approvals' && waiting > 0 ? (
            <span className="n hot" aria-label={`${String(waiting)} waiting`}>
              {waiting}
            </span>
          ) : null}
        </Link>
      ))}
      <div className="nav-foot">
        <span title={login.operator}>{login.name}</span>
        <span className="faint">{login.role}</span>
      </div>
    </nav>
  );
}

function Head({ here, login, open }: { readonly here: string; readonly login: Login; readonly open: (which: Open) => void }): ReactNode {
  return (
    <header>
      <h1>{here}</h1>
      <div className="right">
        <PushState />
        <button type="button" className="bare" onClick={() => open('palette')} aria-label="Commands" title="Commands">
          <kbd>⌘K</kbd>
          <Icon name="menu" />
        </button>
        <button
          type="button"
          className="stop"
          disabled={!mayDecide(login)}
          title={mayDecide(login) ? 'Stop every agent, or one' : 'Halting needs the role operator or admin'}
          onClick={() => open('halt')}
        >
          Halt…
        </button>
      </div>
    </header>
  );
}
