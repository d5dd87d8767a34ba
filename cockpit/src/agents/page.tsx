import type { ReactNode } from 'react';
import { Link } from '../parts/link.tsx';
import { Ago, Empty, Enforcement, Refusal } from '../parts/tags.tsx';
import { useKeys } from '../state/keys.ts';
import type { Login } from '../state/shapes.ts';
import { go, usePlace, withQuery } from '../state/url.ts';
import { Shown } from '../text/shown.tsx';
import { AgentDetail } from './agent.tsx';
import { agentPath, dollars, useView } from './use-agents.ts';
import type { AgentRow, AgentsReply } from './use-agents.ts';

const PAGE = 100;

/** Every agent that was registered or asked for something; one of them in full when the address names it. */
export function AgentsPage({ login }: { readonly login: Login }): ReactNode {
  const agent = usePlace().query.get('agent') ?? '';
  return agent === '' ? <AgentList /> : <AgentDetail key={agent} agent={agent} login={login} />;
}

function AgentList(): ReactNode {
  const { query } = usePlace();
  const [text, after] = [query.get('q') ?? '', query.get('after') ?? ''];
  const part = (name: string, value: string): string => (value === '' ? '' : `&${name}=${encodeURIComponent(value)}`);
  const { data, error, refetch } = useView<AgentsReply>(`/v1/views/agents?limit=${String(PAGE)}${part('q', text)}${part('after', after)}`);
  const agents = data?.agents ?? [];
  const at = agents.findIndex(({ agent }) => agent === query.get('at'));
  const step = (by: number): void => {
    const next = agents[at === -1 ? 0 : Math.min(agents.length - 1, Math.max(0, at + by))];
    if (next !== undefined) go(withQuery({ at: next.agent }), 'replace');
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    '/': () => document.getElementById('agents-text')?.focus(),
    Enter: () => {
      const row = agents[at];
      if (row !== undefined) go(agentPath(row.agent));
    },
  });
  return (
    <div className="page agents">
      <div className="filters" role="search">
        <input
          id="agents-text"
          type="search"
          placeholder="Filter by name …"
          aria-label="Name"
          maxLength={256}
          value={text}
          onChange={(event) => go(withQuery({ q: event.target.value, after: '', at: '' }), 'replace')}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            // A browser would empty the field too.
            event.preventDefault();
            event.currentTarget.blur();
          }}
        />
        {data !== undefined && data.asOf < data.size ? <span className="quiet">Reading the log …</span> : null}
      </div>
      {error === null ? null : <Refusal error={error} again={() => void refetch()} />}
      {agents.length > 0 ? (
        <ul className="panel rows agent-rows" aria-label="Agents">
          {agents.map((row) => (
            <Row key={row.agent} row={row} current={row.agent === query.get('at')} />
          ))}
        </ul>
      ) : data === undefined ? null : (
        <NoAgents filtered={text !== '' || after !== ''} />
      )}
      <div className="actions">
        {after === '' ? null : <Link to={withQuery({ after: '', at: '' })}>First page</Link>}
        {data?.next === undefined ? null : <Link to={withQuery({ after: data.next, at: '' })}>Next page</Link>}
      </div>
    </div>
  );
}

const NoAgents = ({ filtered }: { readonly filtered: boolean }): ReactNode => (
  <div className="panel">
    {filtered ? (
      <Empty title="No agent matches.">Clear the filter to see every agent.</Empty>
    ) : (
      <Empty title="No agents yet.">
        Register one with <code>aegis agents add my-agent</code>.
      </Empty>
    )}
  </div>
);

export const StatusTag = ({ status }: { readonly status: string | undefined }): ReactNode => (
  <span className={`tag ${status === 'active' ? 'allow' : status === undefined ? 'plain' : 'deny'}`}>{status ?? 'unknown'}</span>
);

function Row({ row, current }: { readonly row: AgentRow; readonly current: boolean }): ReactNode {
  return (
    <li data-current={current ? '' : undefined}>
      <Link to={agentPath(row.agent)} className="agent-link">
        <strong className="cut">
          <Shown text={row.agent} />
        </strong>
        <StatusTag status={row.status} />
        <span className="a-counts quiet cut">
          {row.actions === 1 ? '1 action' : `${row.actions.toLocaleString()} actions`} · {row.effects.deny.toLocaleString()} denied ·{' '}
          {row.effects.ask.toLocaleString()} asked
        </span>
        <span className="a-spent mono">{dollars(row.usdMicros)}</span>
        <span className="a-held">{row.integrations[0] === undefined ? null : <Enforcement is={row.integrations[0].enforcement} />}</span>
        <span className="a-seen faint">
          <Ago at={row.lastSeen} />
        </span>
      </Link>
    </li>
  );
}
