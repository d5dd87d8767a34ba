import type { ReactNode } from 'react';
import { Clock } from '../parts/tags.tsx';
import type { Entry } from '../state/shapes.ts';
import { useFresh } from '../state/use-fresh.ts';
import { Shown } from '../text/shown.tsx';

interface Reply {
  readonly entries: readonly Entry[];
}

const WORDS: Readonly<Record<string, string>> = {
  'approval-granted': 'allowed once',
  'approval-refused': 'refused',
  'approval-expired': 'expired',
  'approval-voided': 'voided',
};
const isDecision = (type: string): boolean => Object.hasOwn(WORDS, type);
const path = (type: string): string => `/v1/log?type=${type}&reverse=true&limit=6`;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Who decided what lately, from the log. */
export function Decided(): ReactNode {
  const granted = useFresh<Reply>(path('approval-granted'), isDecision);
  const refused = useFresh<Reply>(path('approval-refused'), isDecision);
  const expired = useFresh<Reply>(path('approval-expired'), isDecision);
  const entries = [granted, refused, expired]
    .flatMap(({ data }) => data?.entries ?? [])
    .toSorted((one, other) => other.index - one.index)
    .slice(0, 8);
  if (entries.length === 0) return null;
  return (
    <section className="decided">
      <div className="head">
        <h2>Decided lately</h2>
      </div>
      <ul className="panel rows">
        {entries.map(({ index, at, type, agent, body }) => (
          <li key={index}>
            <span className={type === 'approval-granted' ? '' : 'quiet'}>{WORDS[type]}</span>
            <span className="cut">
              <Shown text={agent ?? ''} />
              {textOf(body['reason']) === '' ? null : (
                <span className="quiet">
                  {' “'}
                  <Shown text={textOf(body['reason'])} />”
                </span>
              )}
            </span>
            <span className="cut quiet">{type === 'approval-expired' ? 'nobody' : <Shown text={textOf(body['by'])} />}</span>
            <span className="faint mono">
              <Clock at={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
