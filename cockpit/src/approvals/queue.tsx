import type { ReactNode } from 'react';
import { Countdown, RiskTag } from '../parts/tags.tsx';
import type { Approval } from '../state/shapes.ts';
import { Sentence, Shown } from '../text/shown.tsx';
import type { Outcome } from './use-deciding.ts';
import { alike } from './use-waiting.ts';

interface Terms {
  readonly queue: readonly Approval[];
  readonly current: Approval | null;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly select: (approval: Approval) => void;
}

export function Queue({ queue, current, outcomes, select }: Terms): ReactNode {
  return (
    <ul className="panel queue" aria-label="Waiting approvals">
      {queue.map((approval) => {
        const more = alike(queue, approval);
        const deciding = outcomes.get(approval.approval)?.kind === 'deciding';
        return (
          <li key={approval.approval}>
            <button type="button" aria-current={approval === current} onClick={() => select(approval)}>
              <RiskTag risk={approval.risk ?? 'LOW'} />
              <strong className="cut">
                <Shown text={approval.tool} />
              </strong>
              {deciding ? <span className="quiet">deciding …</span> : <Countdown until={approval.expiresAt} />}
              <span className="sub quiet cut">
                <Shown text={approval.agent} />
                {approval.reasons?.[0] === undefined ? null : (
                  <>
                    {' · '}
                    <Sentence text={approval.reasons[0].message} />
                  </>
                )}
                {more > 0 ? ` · ${String(more)} more alike` : ''}
                {approval.quorum > 1 ? ` · ${String(approval.grantedBy.length)} of ${String(approval.quorum)} granted` : ''}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
