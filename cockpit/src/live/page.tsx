import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Empty, Refusal } from '../parts/tags.tsx';
import { useKeys } from '../state/keys.ts';
import { actionPath, go, usePlace, withQuery } from '../state/url.ts';
import { daemonFilter, Filters, pageFilter } from './filters.tsx';
import { Rows } from './rows.tsx';
import { useFeed } from './use-feed.ts';

/** Every decided action as it happens. */
export function LivePage(): ReactNode {
  const { query } = usePlace();
  const [paused, setPaused] = useState(false);
  const feed = useFeed(daemonFilter(query), paused);
  const text = query.toString();
  const rows = useMemo(() => {
    const wanted = pageFilter(new URLSearchParams(text));
    return wanted === null ? feed.rows : feed.rows.filter(wanted);
  }, [feed.rows, text]);
  const at = rows.findIndex(({ index }) => String(index) === query.get('at'));
  const step = (by: number): void => {
    const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next !== undefined) go(withQuery({ at: String(next.index) }), 'replace');
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    ' ': () => setPaused((before) => !before),
    '/': () => document.getElementById('feed-text')?.focus(),
    Enter: () => {
      const row = rows[at];
      if (row !== undefined) go(actionPath(row.action, row.agent));
    },
  });
  return (
    <div className="page live">
      <div className="live-bar">
        <Filters query={query} />
        <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? `Go on${feed.held > 0 ? ` · ${String(feed.held)} new` : ''}` : 'Pause'} <kbd>Space</kbd>
        </button>
      </div>
      {feed.state === 'failed' ? <Refusal error={feed.error} /> : null}
      {rows.length > 0 ? (
        <Rows rows={rows} at={at} older={feed.older} />
      ) : feed.state === 'loading' ? (
        <p className="quiet">Loading …</p>
      ) : feed.state === 'ready' ? (
        <div className="panel">
          {feed.rows.length > 0 || daemonFilter(query) !== '' ? (
            <Empty title="No action matches these filters.">
              {feed.older === null ? 'The whole log was looked through.' : 'Older actions were not looked through yet.'}{' '}
              {feed.older === null ? null : (
                <button type="button" onClick={feed.older}>
                  Look through older ones
                </button>
              )}
            </Empty>
          ) : (
            <Empty title="No actions yet.">
              Register an agent with <code>aegis agents add my-agent</code> and let it ask: each action appears here the moment it is decided.
            </Empty>
          )}
        </div>
      ) : null}
    </div>
  );
}
