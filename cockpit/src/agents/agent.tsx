import type { ReactNode } from 'react';
import { Link } from '../parts/link.tsx';
import { Ago, Clock, EffectTag, Empty, Enforcement, Refusal } from '../parts/tags.tsx';
import type { ActionRow, Login } from '../state/shapes.ts';
import { useFresh } from '../state/use-fresh.ts';
import { actionPath } from '../state/url.ts';
import { Shown } from '../text/shown.tsx';
import { Budgets } from '../spend/budgets.tsx';
import { StatusTag } from './page.tsx';
import { Standing } from './standing.tsx';
import { dollars, useView } from './use-agents.ts';
import type { AgentRow, AgentsReply, Seen } from './use-agents.ts';

interface SessionsReply extends Seen {
  readonly sessions: readonly { readonly session: string; readonly lastSeen: number; readonly actions: number; readonly denied: number }[];
}

/** What may name an agent; nobody is asked about anything else. */
const CAN_NAME = /^[A-Za-z0-9._:@/-]{1,128}$/;

const isDecision = (type: string): boolean => type === 'action-decided';

/** One agent: how it stands, what it did, its sessions, and its halt. */
export function AgentDetail({ agent, login }: { readonly agent: string; readonly login: Login }): ReactNode {
  const name = encodeURIComponent(agent);
  const known = CAN_NAME.test(agent);
  const { data, error, refetch } = useView<AgentsReply>(known ? `/v1/views/agents?agent=${name}` : null);
  const row = data?.agents.find((one) => one.agent === agent);
  return (
    <div className="page">
      <Link to="/agents">All agents</Link>
      {error === null ? null : <Refusal error={error} again={() => void refetch()} />}
      {row !== undefined ? (
        <>
          <Numbers row={row} />
          <Standing agent={agent} login={login} revoked={row.status === 'revoked'} />
          <Budgets agent={agent} />
          <div className="halves-wide">
            <Recent agent={agent} />
            <Sessions agent={agent} />
          </div>
        </>
      ) : known && data === undefined ? null : (
        <div className="panel">
          <Empty title="No agent of this name.">
            Nothing is known of <Shown text={agent} />.
          </Empty>
        </div>
      )}
    </div>
  );
}

function Numbers({ row }: { readonly row: AgentRow }): ReactNode {
  const figures = [
    ['Actions', row.actions.toLocaleString(), `${row.effects.deny.toLocaleString()} denied · ${row.effects.ask.toLocaleString()} asked`],
    ['Sessions', row.sessions.toLocaleString(), ''],
    ['Spent', dollars(row.usdMicros), `${row.tokens.toLocaleString()} tokens`],
  ] as const;
  return (
    <section>
      <div className="action-head">
        <h2 className="cut">
          <Shown text={row.agent} />
        </h2>
        <StatusTag status={row.status} />
        <span className="quiet">
          last seen <Ago at={row.lastSeen} />
        </span>
      </div>
      <div className="panel figures three" role="group" aria-label="Figures">
        {figures.map(([name, value, note]) => (
          <div key={name}>
            <small>{name}</small>
            <b>{value}</b>
            <small>{note}</small>
          </div>
        ))}
      </div>
      <p className="under quiet">
        {row.integrations.length === 0 ? 'No integration has carried an action of it yet.' : 'Integrations: '}
        {row.integrations.map(({ name, enforcement }) => (
          <span key={name}>
            <Shown text={name} /> <Enforcement is={enforcement} />{' '}
          </span>
        ))}
      </p>
    </section>
  );
}

function Recent({ agent }: { readonly agent: string }): ReactNode {
  const name = encodeURIComponent(agent);
  const { data, error } = useFresh<{ readonly actions: readonly ActionRow[] }>(`/v1/actions?limit=15&agent=${name}`, isDecision);
  return (
    <section className="panel">
      <div className="head pad-head">
        <h3>Newest actions</h3>
        <Link to={`/live?agent=${name}`}>All</Link>
      </div>
      {error === null ? null : <Refusal error={error} />}
      {data?.actions.length === 0 ? <Empty title="No actions yet." /> : null}
      <ul className="rows agent-actions" aria-label="Newest actions">
        {data?.actions.map((row) => (
          <li key={row.index}>
            <span className="faint mono">
              <Clock at={row.at} />
            </span>
            <EffectTag effect={row.effect} />
            <Link to={actionPath(row.action, row.agent)} className="cut">
              <Shown text={row.name} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sessions({ agent }: { readonly agent: string }): ReactNode {
  const name = encodeURIComponent(agent);
  const { data, error } = useView<SessionsReply>(`/v1/views/sessions?limit=15&agent=${name}`);
  return (
    <section className="panel">
      <div className="head pad-head">
        <h3>Sessions</h3>
        <span className="quiet">last of use first</span>
      </div>
      {error === null ? null : <Refusal error={error} />}
      {data?.sessions.length === 0 ? <Empty title="No sessions yet." /> : null}
      <ul className="rows agent-sessions" aria-label="Sessions">
        {data?.sessions.map(({ session, lastSeen, actions, denied }) => (
          <li key={session}>
            <Link to={`/live?agent=${name}&session=${encodeURIComponent(session)}`} className="cut">
              <Shown text={session} />
            </Link>
            <span className="quiet">
              {actions === 1 ? '1 action' : `${actions.toLocaleString()} actions`} · {denied.toLocaleString()} denied
            </span>
            <span className="faint">
              <Ago at={lastSeen} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
