import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { Link } from '../parts/link.tsx';
import { Ago, Refusal } from '../parts/tags.tsx';
import { ask } from '../state/ask.ts';
import { mayDecide } from '../state/roles.ts';
import type { Login } from '../state/shapes.ts';
import { useFresh } from '../state/use-fresh.ts';
import { actionPath } from '../state/url.ts';
import { Shown } from '../text/shown.tsx';

interface Halts {
  readonly halts: readonly { readonly scope: { readonly kind: string; readonly id?: string }; readonly reason: string; readonly index: number }[];
}

interface Receipt {
  readonly index: number;
  readonly inFlight?: {
    readonly count: number;
    readonly actions: readonly { readonly action: string; readonly name: string; readonly at: number }[];
  };
}

const isHalt = (type: string): boolean => type === 'agent-halted' || type === 'agent-resumed';

/** Whether the agent is halted and why, and the form that halts or resumes it with a reason. */
export function Standing({ agent, login, revoked }: { readonly agent: string; readonly login: Login; readonly revoked: boolean }): ReactNode {
  const { data, error, refetch } = useFresh<Halts>('/v1/halt', isHalt);
  const own = data?.halts.find(({ scope }) => scope.kind === 'agent' && scope.id === agent);
  const all = data?.halts.find(({ scope }) => scope.kind === 'all');
  const may = mayDecide(login);
  return (
    <section className="panel pad stack" aria-label="Halt">
      {error === null ? null : <Refusal error={error} again={() => void refetch()} />}
      {own === undefined ? null : <Halt words="This agent is halted" halt={own} />}
      {all === undefined ? null : (
        <div>
          <Halt words="Every agent is halted" halt={all} />
          <p className="quiet">
            Resuming this agent lifts its own halt only. Lift this one with <code>aegis resume all</code>.
          </p>
        </div>
      )}
      {may ? null : <p className="quiet">Your role is {login.role}; halting and resuming need operator or admin.</p>}
      {data === undefined || revoked ? null : (
        <Change key={own === undefined ? 'halt' : 'resume'} agent={agent} halted={own !== undefined} may={may} />
      )}
      {own === undefined ? null : <InFlight agent={agent} />}
    </section>
  );
}

const Halt = ({ words, halt }: { readonly words: string; readonly halt: Halts['halts'][number] }): ReactNode => (
  <p className="bad">
    {words} (entry #{halt.index}): “<Shown text={halt.reason} />”
  </p>
);

function Change({ agent, halted, may }: { readonly agent: string; readonly halted: boolean; readonly may: boolean }): ReactNode {
  const client = useQueryClient();
  const [state, setState] = useState<{ readonly busy?: true; readonly error?: unknown }>({});
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get('reason'));
    setState({ busy: true });
    try {
      await ask<Receipt>('POST', halted ? '/v1/resume' : '/v1/halt', { scope: { kind: 'agent', id: agent }, reason });
      await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'who' });
      setState({});
    } catch (error) {
      setState({ error });
    }
  };
  const verb = halted ? 'Resume' : 'Halt';
  return (
    <form onSubmit={(event) => void submit(event)} className="stack">
      <div className="halt-form">
        <input
          name="reason"
          aria-label={`Why you ${verb.toLowerCase()}`}
          placeholder="Why (kept in the log)"
          required
          maxLength={1024}
          autoComplete="off"
          disabled={!may}
        />
        <button type="submit" className={halted ? 'go' : 'stop'} disabled={!may || state.busy === true}>
          {state.busy === true ? 'Deciding …' : `${verb} this agent`}
        </button>
      </div>
      {state.error === undefined ? null : <Refusal error={state.error} />}
    </form>
  );
}

/** What was allowed before the halt and has told no outcome yet: it may still run. */
function InFlight({ agent }: { readonly agent: string }): ReactNode {
  const { data, error } = useFresh<NonNullable<Receipt['inFlight']>>(
    `/v1/actions?state=unsettled&agent=${encodeURIComponent(agent)}&limit=20`,
    isOfActions,
  );
  if (data === undefined) return error === null ? null : <Refusal error={error} />;
  if (data.count === 0) return <p className="quiet">No allowed action is still without an outcome.</p>;
  return (
    <div>
      <p>Allowed before, without an outcome yet: {data.count.toLocaleString()}. They may still be running.</p>
      <ul className="rows in-flight" aria-label="In flight">
        {data.actions.map(({ action, name, at }) => (
          <li key={action}>
            <Link to={actionPath(action, agent)} className="cut">
              <Shown text={name} />
            </Link>
            <span className="faint">
              <Ago at={at} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const isOfActions = (type: string): boolean => type.startsWith('action-') || isHalt(type);
