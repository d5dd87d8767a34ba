import { useEffect, useRef } from 'react';
import { preference } from './preferences.ts';

export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const TYPING = 'input, textarea, select, [contenteditable]';

/** Single keys act only where nobody types, no dialog is open and they are switched on (WCAG 2.1.4). */
export function useKeys(keys: Keys): void {
  const current = useRef(keys);
  useEffect(() => {
    current.current = keys;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || preference('keys') === 'off') return;
      const { target } = event;
      if (target instanceof Element && target.matches(TYPING)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      // Enter on a focused link or button is that link's or button's.
      if (event.key === 'Enter' && target instanceof Element && target.matches('a, button')) return;
      const act = Object.hasOwn(current.current, event.key) ? current.current[event.key] : undefined;
      if (act === undefined) return;
      event.preventDefault();
      act(event);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}
