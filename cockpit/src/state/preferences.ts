import { useSyncExternalStore } from 'react';

/** Choices of this browser; nothing of them is sent anywhere. */
const CHOICES = { theme: ['auto', 'light', 'dark'], keys: ['on', 'off'] } as const;
type Name = keyof typeof CHOICES;
type Value<Of extends Name> = (typeof CHOICES)[Of][number];

const listeners = new Set<() => void>();

export function preference<Of extends Name>(name: Of): Value<Of> {
  const values: readonly Value<Of>[] = CHOICES[name];
  const kept = localStorage.getItem(`aegis.${name}`);
  const [first] = values;
  return values.find((value) => value === kept) ?? (first as Value<Of>);
}

/** Takes the next of the choices. */
export function cycle(name: Name): void {
  const values: readonly string[] = CHOICES[name];
  localStorage.setItem(`aegis.${name}`, values[(values.indexOf(preference(name)) + 1) % values.length] ?? '');
  applyTheme();
  for (const listener of listeners) listener();
}

export function usePreference<Of extends Name>(name: Of): Value<Of> {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => preference(name),
  );
}

export function applyTheme(): void {
  document.documentElement.dataset['theme'] = preference('theme');
}
