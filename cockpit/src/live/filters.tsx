import type { ReactNode } from 'react';
import { DOORS } from '../parts/tags.tsx';
import { EFFECTS, RISKS } from '../state/shapes.ts';
import type { ActionRow } from '../state/shapes.ts';
import { go, withQuery } from '../state/url.ts';

const AT_DAEMON = ['agent', 'session', 'effect'] as const;
export const FILTERS = [...AT_DAEMON, 'risk', 'door', 'q'] as const;

/** What the daemon filters by its index, as the end of a query. */
export const daemonFilter = (query: URLSearchParams): string =>
  AT_DAEMON.map((name) => [name, query.get(name) ?? ''] as const)
    .map(([name, value]) => (value === '' ? '' : `&${name}=${encodeURIComponent(value)}`))
    .join('');

/** What is left to the page: of the rows it has. */
export function pageFilter(query: URLSearchParams): ((row: ActionRow) => boolean) | null {
  const [risk, door, text] = [query.get('risk') ?? '', query.get('door') ?? '', (query.get('q') ?? '').toLowerCase()];
  if (risk === '' && door === '' && text === '') return null;
  return (row) =>
    (risk === '' || row.risk === risk) &&
    (door === '' || row.door === door) &&
    (text === '' ||
      [row.name, row.agent, row.session, ...row.reasons.flatMap(({ message, code, finding = '' }) => [message, code, finding])].some((part) =>
        part.toLowerCase().includes(text),
      ));
}

const set = (name: string, value: string): void => go(withQuery({ [name]: value }), 'replace');

export function Filters({ query }: { readonly query: URLSearchParams }): ReactNode {
  const value = (name: string): string => query.get(name) ?? '';
  const any = FILTERS.some((name) => value(name) !== '');
  return (
    <div className="filters" role="search">
      <input
        id="feed-text"
        type="search"
        placeholder="Filter by tool, reason …"
        aria-label="Text"
        value={value('q')}
        onChange={(event) => set('q', event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          // A browser would empty the field too.
          event.preventDefault();
          event.currentTarget.blur();
        }}
      />
      <Choice name="effect" label="Effect" options={EFFECTS.map((effect) => [effect, effect])} value={value('effect')} />
      <Choice name="risk" label="Risk" options={RISKS.map((risk) => [risk, risk])} value={value('risk')} />
      <Choice name="door" label="Integration" options={Object.entries(DOORS)} value={value('door')} />
      {(['agent', 'session'] as const).map((name) =>
        value(name) === '' ? null : (
          <button key={name} type="button" className="chip" onClick={() => set(name, '')} aria-label={`No longer by ${name}`}>
            {name}: <bdi className="cut">{value(name)}</bdi> ×
          </button>
        ),
      )}
      {any ? (
        <button type="button" className="bare" onClick={() => go(withQuery(Object.fromEntries(FILTERS.map((name) => [name, '']))))}>
          Clear
        </button>
      ) : null}
    </div>
  );
}

interface ChoiceTerms {
  readonly name: string;
  readonly label: string;
  readonly options: readonly (readonly [string, string])[];
  readonly value: string;
}

function Choice({ name, label, options, value }: ChoiceTerms): ReactNode {
  return (
    <select aria-label={label} value={value} onChange={(event) => set(name, event.target.value)}>
      <option value="">{label}: any</option>
      {options.map(([each, shown]) => (
        <option key={each} value={each}>
          {shown}
        </option>
      ))}
    </select>
  );
}
