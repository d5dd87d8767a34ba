import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { Shown } from '../text/shown.tsx';
import { logOut } from '../state/ask.ts';
import { cycle, usePreference } from '../state/preferences.ts';
import type { Stats } from '../state/shapes.ts';
import { useFresh } from '../state/use-fresh.ts';
import { go } from '../state/url.ts';
import { nowIs } from '../state/whose.ts';
import { PAGES } from './frame.tsx';

interface Command {
  readonly name: string;
  readonly hint: string;
  readonly run: () => void;
}

interface Terms {
  readonly close: () => void;
  readonly openHelp: () => void;
  readonly openHalt: () => void;
}

const NEVER = (): boolean => false;

export function Palette({ close, openHelp, openHalt }: Terms): ReactNode {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const commands = useCommands({ openHelp, openHalt });
  const words = text.toLowerCase().split(/\s+/);
  const found = commands.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word))).slice(0, 50);
  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    close();
    command.run();
  };
  const pressed = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) setAt((found.length + Math.min(at, found.length - 1) + step) % Math.max(1, found.length));
    else if (event.key === 'Enter') run(found[Math.min(at, found.length - 1)]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Commands" close={close} className="palette">
      <input
        autoFocus
        placeholder="Go to, filter, do …"
        aria-label="Command"
        role="combobox"
        aria-expanded="true"
        aria-controls="commands"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={pressed}
      />
      <ul id="commands" role="listbox" aria-label="Commands">
        {found.map((command, place) => (
          <li key={command.name} role="option" aria-selected={place === Math.min(at, found.length - 1)} onClick={() => run(command)}>
            <span className="cut">
              <Shown text={command.name} />
            </span>
            <span className="faint">{command.hint}</span>
          </li>
        ))}
        {found.length === 0 ? <li className="quiet">Nothing is called that.</li> : null}
      </ul>
    </Dialog>
  );
}

function useCommands({ openHelp, openHalt }: Omit<Terms, 'close'>): readonly Command[] {
  const client = useQueryClient();
  const theme = usePreference('theme');
  const agents = Object.keys(useFresh<Stats>('/v1/stats', NEVER).data?.counts.agents ?? {});
  return [
    ...PAGES.map(({ name, path, key }) => ({ name: `Go to ${name}`, hint: key, run: () => go(path) })),
    ...agents.map((agent) => ({ name: `Actions of ${agent}`, hint: 'agent', run: () => go(`/live?agent=${encodeURIComponent(agent)}`) })),
    { name: 'Denied actions', hint: 'filter', run: () => go('/live?effect=deny') },
    { name: 'Halt…', hint: 'stop agents', run: openHalt },
    { name: `Theme: ${theme}`, hint: 'next', run: () => cycle('theme') },
    { name: 'Keys and help', hint: '?', run: openHelp },
    {
      name: 'Log out',
      hint: '',
      run: () => {
        void logOut().then(() => nowIs(client, null));
      },
    },
  ];
}
