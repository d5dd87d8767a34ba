import type { ReactNode } from 'react';
import { Shown } from '../text/shown.tsx';

/** `GET /v1/overview`, as far as it is shown. */
export interface Overview {
  readonly gate: { readonly open: boolean };
  readonly policy: { readonly name: string };
  readonly agents: { readonly active: number; readonly halted: number; readonly revoked: number };
  readonly perMinute: number;
  readonly last24h: { readonly actions: number; readonly deny: number; readonly ask: number };
  readonly spentTodayUsdMicros: number;
  readonly coverage: { readonly enforcing: number; readonly advisory: number; readonly unprotected: number };
}

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly bad?: boolean;
}

const dollars = (micros: number): string => `$${(micros / 1_000_000).toFixed(2)}`;

function figuresOf({ agents, perMinute, last24h, spentTodayUsdMicros, coverage }: Overview): readonly Figure[] {
  const { enforcing, advisory, unprotected } = coverage;
  const share = last24h.actions === 0 ? '' : `${((last24h.deny / last24h.actions) * 100).toFixed(1)} % of all · `;
  return [
    { name: 'Actions / min', value: perMinute.toLocaleString(), note: `${last24h.actions.toLocaleString()} in 24 h` },
    { name: 'Denied, 24 h', value: last24h.deny.toLocaleString(), note: `${share}${last24h.ask.toLocaleString()} asked` },
    { name: 'Spent today', value: dollars(spentTodayUsdMicros), note: 'settled since midnight, UTC' },
    {
      name: 'Agents',
      value: agents.active.toLocaleString(),
      note: agents.halted === 0 ? 'active, none halted' : `active · ${String(agents.halted)} halted`,
      bad: agents.halted > 0,
    },
    {
      name: 'Protection',
      value: `${String(enforcing)} / ${String(enforcing + advisory + unprotected)}`,
      note: `enforcing · ${String(advisory)} advisory${unprotected === 0 ? '' : ` · ${String(unprotected)} unprotected`}`,
      bad: unprotected > 0,
    },
  ];
}

export function Figures({ overview }: { readonly overview: Overview }): ReactNode {
  return (
    <section>
      <div className="panel figures" aria-label="Figures" role="group">
        {figuresOf(overview).map(({ name, value, note, bad }) => (
          <div key={name}>
            <small>{name}</small>
            <b>{value}</b>
            <small className={bad === true ? 'bad' : ''}>{note}</small>
          </div>
        ))}
      </div>
      <p className="under quiet">
        Policy{' '}
        <strong>
          <Shown text={overview.policy.name} />
        </strong>
        ; the gate is {overview.gate.open ? 'open' : 'closed'}.
      </p>
    </section>
  );
}
