import type { ReactNode } from 'react';
import { Link } from '../parts/link.tsx';
import { EFFECTS } from '../state/shapes.ts';
import type { Stats } from '../state/shapes.ts';
import { Shown } from '../text/shown.tsx';

const MOST = 6;

/** Decisions by agent over the whole log, by effect. */
export function AgentShares({ stats }: { readonly stats: Stats }): ReactNode {
  const agents = Object.entries(stats.counts.agents)
    .map(([agent, effects]) => ({ agent, effects, sum: Object.values(effects).reduce((sum, count) => sum + count, 0) }))
    .toSorted((one, other) => other.sum - one.sum);
  const top = agents[0]?.sum ?? 1;
  return (
    <section className="panel pad">
      <div className="head">
        <h3>Decisions by agent</h3>
        <span className="quiet">whole log</span>
        <span className="legend right">
          {EFFECTS.slice(0, 3).map((effect) => (
            <span key={effect}>
              <i className={`swatch ${effect}`} /> {effect}
            </span>
          ))}
        </span>
      </div>
      {agents.length === 0 ? <p className="quiet">No agent has asked for anything yet.</p> : null}
      <ul className="shares">
        {agents.slice(0, MOST).map(({ agent, effects, sum }) => (
          <li key={agent}>
            <Link to={`/live?agent=${encodeURIComponent(agent)}`} className="cut">
              <Shown text={agent} />
            </Link>
            <span className="mono">{sum.toLocaleString()}</span>
            <svg
              className="share"
              viewBox="0 0 100 6"
              preserveAspectRatio="none"
              role="img"
              aria-label={EFFECTS.map((effect) => `${effect} ${String(effects[effect] ?? 0)}`).join(', ')}
            >
              {
                EFFECTS.reduce<{ readonly x: number; readonly bars: readonly ReactNode[] }>(
                  ({ x, bars }, effect) => {
                    const width = ((effects[effect] ?? 0) / top) * 100;
                    return { x: x + width, bars: [...bars, <rect key={effect} className={`fill-${effect}`} x={x} y="0" width={width} height="6" />] };
                  },
                  { x: 0, bars: [] },
                ).bars
              }
            </svg>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Reason codes by how often they stood in a decision. */
export function TopCodes({ stats }: { readonly stats: Stats }): ReactNode {
  const codes = Object.entries(stats.counts.codes)
    .filter(([code]) => code !== 'DEFAULT')
    .toSorted((one, other) => other[1] - one[1])
    .slice(0, MOST);
  const top = codes[0]?.[1] ?? 1;
  return (
    <section className="panel pad">
      <div className="head">
        <h3>Reasons</h3>
        <span className="quiet">whole log, without the default</span>
      </div>
      {codes.length === 0 ? <p className="quiet">No rule has spoken yet.</p> : null}
      <ul className="shares">
        {codes.map(([code, count]) => (
          <li key={code}>
            <code className="cut">{code}</code>
            <span className="mono">{count.toLocaleString()}</span>
            <svg className="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
              <rect className="fill-accent" x="0" y="0" width={(count / top) * 100} height="6" />
            </svg>
          </li>
        ))}
      </ul>
    </section>
  );
}
