import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { Refusal } from '../parts/tags.tsx';
import { ask } from '../state/ask.ts';
import type { Stats } from '../state/shapes.ts';
import { useFresh } from '../state/use-fresh.ts';
import { pieces } from '../text/hidden.ts';

interface Halted {
  readonly index: number;
  readonly inFlight: { readonly count: number };
}

const NEVER = (): boolean => false;
const plain = (text: string): string =>
  pieces(text)
    .map((piece) => (piece.hidden ? `⟦${piece.text}⟧` : piece.text))
    .join('');

/** Stops every agent or one, with a reason that the log keeps. */
export function HaltDialog({ close }: { readonly close: () => void }): ReactNode {
  const client = useQueryClient();
  const [state, setState] = useState<{ readonly busy?: true; readonly done?: Halted; readonly error?: unknown }>({});
  const agents = Object.keys(useFresh<Stats>('/v1/stats', NEVER).data?.counts.agents ?? {});
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [who, reason] = [String(form.get('who')), String(form.get('reason'))];
    setState({ busy: true });
    try {
      const done = await ask<Halted>('POST', '/v1/halt', { scope: who === '' ? { kind: 'all' } : { kind: 'agent', id: who }, reason });
      void client.invalidateQueries();
      setState({ done });
    } catch (error) {
      setState({ error });
    }
  };
  if (state.done !== undefined) return <HaltedDialog done={state.done} close={close} />;
  return (
    <Dialog label="Halt" close={close}>
      <form onSubmit={(event) => void submit(event)} className="stack">
        <h2>Halt</h2>
        <label>
          Whom
          <select name="who" autoFocus>
            <option value="">Every agent</option>
            {agents.map((agent) => (
              <option key={agent} value={agent}>
                {plain(agent)}
              </option>
            ))}
          </select>
        </label>
        <label>
          Why (kept in the log)
          <input name="reason" required maxLength={1024} autoComplete="off" />
        </label>
        {state.error === undefined ? null : <Refusal error={state.error} />}
        <div className="actions">
          <button type="submit" className="stop" disabled={state.busy === true}>
            {state.busy === true ? 'Halting …' : 'Halt'}
          </button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function HaltedDialog({ done, close }: { readonly done: Halted; readonly close: () => void }): ReactNode {
  return (
    <Dialog label="Halted" close={close}>
      <h2>Halted, entry #{done.index}</h2>
      <p>
        Nothing more is decided for them but deny.{' '}
        {done.inFlight.count === 0
          ? 'No allowed action is still without an outcome.'
          : `Actions that were allowed before and have no outcome yet: ${String(done.inFlight.count)}.`}
      </p>
      <p className="quiet">
        Resume with <code>aegis resume</code>.
      </p>
      <form method="dialog" className="actions">
        <button type="submit">Close</button>
      </form>
    </Dialog>
  );
}
