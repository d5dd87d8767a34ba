import type { ReactNode } from 'react';
import { Empty, Refusal } from '../parts/tags.tsx';
import { mayDecide } from '../state/roles.ts';
import type { Login } from '../state/shapes.ts';
import { go, withQuery } from '../state/url.ts';
import { Decided } from './decided.tsx';
import { Queue } from './queue.tsx';
import { Request } from './request.tsx';
import { useDesk } from './use-desk.ts';
import type { Desk } from './use-desk.ts';

/** What waits for a person: the queue, one request in full, and who decided what lately. */
export function ApprovalsPage({ login }: { readonly login: Login }): ReactNode {
  const desk = useDesk(login);
  const { waiting, queue, current, asked } = desk;
  if (waiting.error !== null && waiting.data === undefined)
    return (
      <div className="page">
        <Refusal error={waiting.error} again={() => void waiting.refetch()} />
      </div>
    );
  return (
    <div className="page approvals" data-open={asked === null ? undefined : ''}>
      <List desk={desk} />
      {current === null ? null : (
        <Request
          key={current.approval}
          approval={current}
          waiting={queue}
          stands={queue.includes(current)}
          outcome={desk.deciding.outcomes.get(current.approval)}
          may={mayDecide(login)}
          role={login.role}
          whole={desk.whole}
          refusing={desk.refusing}
          onSeen={desk.see}
          onGrant={desk.grant}
          onBeginRefusal={desk.beginRefusal}
          onRefuse={desk.refuse}
          onCancel={desk.cancelRefusal}
          onBack={() => go(withQuery({ open: '' }))}
          onNext={queue.length > (queue.includes(current) ? 1 : 0) ? () => desk.select(queue.find((other) => other !== current)) : null}
        />
      )}
    </div>
  );
}

function List({ desk: { waiting, queue, current, deciding, select } }: { readonly desk: Desk }): ReactNode {
  return (
    <div className="approvals-list">
      <div className="head">
        <h2>{waiting.data === undefined ? 'Loading …' : `${String(queue.length)} waiting`}</h2>
        <span className="quiet">{queue.length > 1 ? 'riskiest first, then what expires first' : ''}</span>
      </div>
      {queue.length > 0 ? (
        <Queue queue={queue} current={current} outcomes={deciding.outcomes} select={select} />
      ) : waiting.data === undefined ? null : (
        <div className="panel">
          <Empty title="No approvals waiting.">
            When a rule of the policy answers <code>ask</code>, the action is held and appears here, and the title of this tab counts it.
          </Empty>
        </div>
      )}
      <Decided />
    </div>
  );
}
