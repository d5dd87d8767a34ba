import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { Shield } from '../parts/icons.tsx';
import { Refusal } from '../parts/tags.tsx';
import { logIn } from '../state/ask.ts';
import type { Login } from '../state/shapes.ts';

interface Terms {
  /** Somebody was logged in here until just now. */
  readonly ended: boolean;
  readonly linkError: unknown;
  readonly done: (login: Login) => void;
}

export function LoginPage({ ended, linkError, done }: Terms): ReactNode {
  const [error, setError] = useState<unknown>(linkError);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    if (typeof key !== 'string' || key.trim() === '') return;
    setBusy(true);
    try {
      done(await logIn({ key: key.trim() }));
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="login">
      <form className="panel" onSubmit={(event) => void submit(event)}>
        <div className="brand">
          <Shield /> Aegis
        </div>
        <h1>Log in</h1>
        {ended && error === null ? (
          <p className="note">Your login ended: it lasts twelve hours and ends when Aegis restarts. What you had open is still in the address.</p>
        ) : null}
        <label>
          Key of an operator, auditor or administrator
          <input name="key" type="password" autoComplete="off" spellCheck={false} autoFocus required />
        </label>
        {error === null ? null : <Refusal error={error} />}
        <button className="go" type="submit" disabled={busy}>
          {busy ? 'Logging in …' : 'Log in'}
        </button>
        <p className="quiet">
          On the machine that runs Aegis, <code>aegis open</code> opens this page logged in.
        </p>
      </form>
    </main>
  );
}
