import type { ReactNode } from 'react';
import { agentPath, dollars, useView } from '../agents/use-agents.ts';
import type { Seen } from '../agents/use-agents.ts';
import { Link } from '../parts/link.tsx';
import { Refusal } from '../parts/tags.tsx';
import { useNow } from '../state/now.ts';
import { go, usePlace, withQuery } from '../state/url.ts';
import { Shown } from '../text/shown.tsx';
import { Budgets } from './budgets.tsx';

interface Spent {
  readonly usdMicros: number;
  readonly tokens: number;
}

/** `GET /v1/views/spend`. */
interface SpendReply extends Seen {
  readonly total: Spent;
  readonly byAgent: readonly (Spent & { readonly agent: string })[];
  readonly byModel: readonly (Spent & { readonly model: string })[];
  readonly byTool: readonly (Spent & { readonly tool: string })[];
  readonly byDay: readonly (Spent & { readonly at: number })[];
}

const DAY = 86_400_000;
const SPANS = [1, 7, 30, 90] as const;
/** Rows of a list. */
const MOST = 12;

/** What was spent, by whom and on what, and what is left of every budget. */
export function SpendPage(): ReactNode {
  const asked = Number(usePlace().query.get('days') ?? '7');
  const days = SPANS.find((one) => one === asked) ?? 7;
  // The start of a day in UTC, so that the address of the question stays the same all day.
  const since = Math.floor(useNow() / DAY) * DAY - (days - 1) * DAY;
  const { data, error, refetch } = useView<SpendReply>(`/v1/views/spend?since=${String(since)}`);
  return (
    <div className="page">
      <div className="filters">
        <span role="group" aria-label="Days">
          {SPANS.map((one) => (
            <button
              key={one}
              type="button"
              className={one === days ? 'chip on' : 'chip'}
              aria-pressed={one === days}
              onClick={() => go(withQuery({ days: String(one) }), 'replace')}
            >
              {one === 1 ? 'today' : `${String(one)} days`}
            </button>
          ))}
        </span>
        {data === undefined ? null : (
          <span>
            <b>{dollars(data.total.usdMicros)}</b> <span className="quiet">{data.total.tokens.toLocaleString()} tokens settled, days in UTC</span>
          </span>
        )}
        {data !== undefined && data.asOf < data.size ? <span className="quiet">Reading the log …</span> : null}
      </div>
      {error === null ? null : <Refusal error={error} again={() => void refetch()} />}
      <Budgets />
      {data === undefined ? null : (
        <div className="halves">
          <Sums
            title="By agent"
            rows={data.byAgent.map(({ agent, ...spent }) => ({ name: agent, to: agentPath(agent), ...spent }))}
            none="(unknown)"
          />
          <Sums title="By model" rows={data.byModel.map(({ model, ...spent }) => ({ name: model, ...spent }))} none="(tools)" />
          <Sums title="By tool" rows={data.byTool.map(({ tool, ...spent }) => ({ name: tool, ...spent }))} none="(models)" />
          <Sums
            title="By day"
            rows={data.byDay.toReversed().map(({ at, ...spent }) => ({ name: new Date(at).toISOString().slice(0, 10), ...spent }))}
            none=""
          />
        </div>
      )}
    </div>
  );
}

interface Sum extends Spent {
  readonly name: string;
  readonly to?: string;
}

function Sums({ title, rows, none }: { readonly title: string; readonly rows: readonly Sum[]; readonly none: string }): ReactNode {
  const top = Math.max(1, ...rows.map(({ usdMicros }) => usdMicros));
  return (
    <section className="panel pad">
      <div className="head">
        <h3>{title}</h3>
        {rows.length > MOST ? <span className="quiet">the first {MOST}</span> : null}
      </div>
      {rows.length === 0 ? <p className="quiet">Nothing was spent in this time.</p> : null}
      <ul className="shares" aria-label={title}>
        {rows.slice(0, MOST).map(({ name, to, usdMicros, tokens }) => (
          <li key={name}>
            {to === undefined || name === '' ? (
              <span className="cut">
                <Shown text={name === '' ? none : name} />
              </span>
            ) : (
              <Link to={to} className="cut">
                <Shown text={name} />
              </Link>
            )}
            <span className="mono" title={`${tokens.toLocaleString()} tokens`}>
              {dollars(usdMicros)}
            </span>
            <svg className="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
              <rect className="fill-accent" x="0" y="0" width={(usdMicros / top) * 100} height="6" />
            </svg>
          </li>
        ))}
      </ul>
    </section>
  );
}
