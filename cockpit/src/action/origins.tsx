import type { ReactNode } from 'react';
import { PROVENANCE } from '../approvals/request.tsx';
import type { Origin } from '../state/shapes.ts';
import { Shown } from '../text/shown.tsx';

const TONE: Readonly<Record<string, string>> = { typed: 'allow', reference: 'plain', quoted: 'deny', made: 'plain' };
/** Values drawn; of more, how many there are. */
const MOST = 40;

/** Each value back to what brought it into the session. */
export function Origins({ origins, name }: { readonly origins: readonly Origin[]; readonly name: string }): ReactNode {
  return (
    <section className="panel pad">
      <div className="head">
        <h3>Where the values came from</h3>
      </div>
      {origins.length === 0 ? <p className="quiet">It has no arguments.</p> : null}
      <ul className="origins">
        {origins.slice(0, MOST).map(({ pointer, provenance, labels, source }) => (
          <li key={pointer}>
            <span className={`origin-from edge-${TONE[provenance] ?? 'plain'}`}>
              <strong>{PROVENANCE[provenance] ?? provenance}</strong>
              <small>
                {labels.join(', ').replaceAll('_', ' ')}
                {source === undefined ? '' : ` · entry #${String(source)}`}
              </small>
            </span>
            <span className="origin-line" aria-hidden="true" />
            <span className="origin-to cut">
              <code>
                <Shown text={pointer === '' ? name : pointer} />
              </code>
            </span>
          </li>
        ))}
      </ul>
      {origins.length > MOST ? <p className="quiet">and {origins.length - MOST} more</p> : null}
    </section>
  );
}
