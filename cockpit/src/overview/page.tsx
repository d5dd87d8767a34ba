import type { ReactNode } from 'react';
import { ranked, useWaiting } from '../approvals/use-waiting.ts';
import { Link } from '../parts/link.tsx';
import { Countdown, Empty, Refusal, RiskTag } from '../parts/tags.tsx';
import type { Approval, Stats } from '../state/shapes.ts';
import { useFresh } from '../state/use-fresh.ts';
import { Sentence, Shown } from '../text/shown.tsx';
import { Changes } from './changes.tsx';
import { Figures } from './figures.tsx';
import type { Overview } from './figures.tsx';
import { AgentShares, TopCodes } from './shares.tsx';

const concerns = (): boolean => true;
/** Waiting requests shown here; the rest is a link. */
const MOST = 5;

/** What a person must know in five seconds: who waits, what was stopped, whether everything stands. */
export function OverviewPage(): ReactNode {
  const { data, error, refetch } = useFresh<Stats>('/v1/stats', concerns);
  const overview = useFresh<Overview>('/v1/overview', concerns).data;
  const waiting = ranked(useWaiting().data?.approvals ?? []);
  if (data === undefined)
    return <div className="page">{error === null ? <p className="quiet">Loading …</p> : <Refusal error={error} again={() => void refetch()} />}</div>;
  return (
    <div className="page overview">
      {data.gate.open ? null : (
        <p className="banner bad">
          The gate is closed: nothing is decided and nothing runs until the store can write again. See the daemon’s own log.
        </p>
      )}
      <Waiting waiting={waiting} />
      {overview === undefined ? null : <Figures overview={overview} />}
      <div className="halves-wide">
        <AgentShares stats={data} />
        <TopCodes stats={data} />
      </div>
      <Changes />
    </div>
  );
}

function Waiting({ waiting }: { readonly waiting: readonly Approval[] }): ReactNode {
  return (
    <section>
      <div className="head">
        <h2>Waiting for you</h2>
        <span className="quiet">
          {waiting.length === 0 ? '' : `${waiting.length === 1 ? '1 action is' : `${String(waiting.length)} actions are`} held; each expires to deny`}
        </span>
      </div>
      {waiting.length === 0 ? (
        <div className="panel">
          <Empty title="No approvals waiting." />
        </div>
      ) : (
        <ul className="panel waiting">
          {waiting.slice(0, MOST).map((approval) => (
            <li key={approval.approval}>
              <Link to={`/approvals?open=${encodeURIComponent(approval.approval)}`}>
                <RiskTag risk={approval.risk ?? 'LOW'} />
                <span className="who">
                  <strong className="cut">
                    <Shown text={approval.tool} />
                  </strong>
                  <small className="cut">
                    <Shown text={approval.agent} />
                  </small>
                </span>
                <span className="cut quiet">{approval.reasons?.[0] === undefined ? null : <Sentence text={approval.reasons[0].message} />}</span>
                <Countdown until={approval.expiresAt} />
                <span className="open">Review</span>
              </Link>
            </li>
          ))}
          {waiting.length > MOST ? (
            <li className="more">
              <Link to="/approvals">{waiting.length - MOST} more</Link>
            </li>
          ) : null}
        </ul>
      )}
    </section>
  );
}
