import type { ReactNode } from 'react';
import { Clock, EffectTag } from '../parts/tags.tsx';
import type { Decision, Entry } from '../state/shapes.ts';
import { Shown } from '../text/shown.tsx';

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What happened to it, entry by entry: asked, answered, decided again, done. */
export function Life({ entries }: { readonly entries: readonly Entry[] }): ReactNode {
  const settled = entries.some(({ type }) => type === 'action-settled');
  const last = entries.filter(({ type }) => type === 'action-decided').at(-1)?.body['decision'] as Decision | undefined;
  const open = !settled && (last?.effect === 'allow' || last?.effect === 'modify');
  return (
    <section className="panel pad">
      <div className="head">
        <h3>What happened</h3>
      </div>
      <ol className="life">
        {entries.map((entry) => (
          <li key={entry.index}>
            <span className="faint mono">
              <Clock at={entry.at} />
            </span>
            <span>
              <Step entry={entry} />
            </span>
            <code className="faint">#{entry.index}</code>
          </li>
        ))}
        {open ? (
          <li className="quiet">
            <span />
            <span>Allowed; no outcome was reported yet.</span>
          </li>
        ) : null}
      </ol>
    </section>
  );
}

function Step({ entry: { type, body } }: { readonly entry: Entry }): ReactNode {
  const by = <Shown text={textOf(body['by'])} />;
  const reason = textOf(body['reason']);
  const said =
    reason === '' ? null : (
      <span className="quiet">
        : “<Shown text={reason} />”
      </span>
    );
  if (type === 'action-decided')
    return (
      <>
        decided <EffectTag effect={(body['decision'] as Decision).effect} />
      </>
    );
  if (type === 'approval-granted')
    return (
      <>
        allowed once by {by}
        {said}
      </>
    );
  if (type === 'approval-refused')
    return (
      <>
        refused by {by}
        {said}
      </>
    );
  if (type === 'approval-expired') return 'nobody decided in time; denied';
  if (type === 'approval-consumed') return 'the approval was used';
  if (type === 'approval-voided') return <>the approval lost its force{said}</>;
  if (type === 'action-settled')
    return (
      <>
        outcome: <strong>{textOf(body['outcome']) || textOf(body['status']) || 'reported'}</strong>
      </>
    );
  return type.replaceAll('-', ' ');
}
