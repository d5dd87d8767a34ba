import type { ReactNode } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { cycle, usePreference } from '../state/preferences.ts';

const KEYS = [
  ['⌘ K, Ctrl K', 'commands: go to a page, an agent, log out'],
  ['o · p · l · g · s', 'overview, approvals, live, agents, spend'],
  ['j · k', 'next, previous'],
  ['Enter', 'open the selected row in full'],
  ['a', 'allow once (approvals), when the whole payload was shown'],
  ['x · b', 'refuse (approvals): write why, Enter sends, Esc goes back'],
  ['Space', 'pause the live list, go on'],
  ['/', 'type into the filter of a list'],
  ['?', 'this help'],
] as const;

export function HelpDialog({ close }: { readonly close: () => void }): ReactNode {
  const keys = usePreference('keys');
  const theme = usePreference('theme');
  return (
    <Dialog label="Keys and help" close={close}>
      <h2>Keys</h2>
      <dl className="keys">
        {KEYS.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div className="actions">
        <button type="button" onClick={() => cycle('keys')}>
          Single keys: {keys}
        </button>
        <button type="button" onClick={() => cycle('theme')}>
          Theme: {theme}
        </button>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </div>
    </Dialog>
  );
}
