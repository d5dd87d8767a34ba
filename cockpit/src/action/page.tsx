import type { ReactNode } from 'react';
import { Link } from '../parts/link.tsx';
import { Clock, DOORS, EffectTag, Enforcement, Refusal } from '../parts/tags.tsx';
import { Payload } from '../payload/payload.tsx';
import type { ActionRecord, Decision, Entry, Finding } from '../state/shapes.ts';
import { useFresh } from '../state/use-fresh.ts';
import { usePlace } from '../state/url.ts';
import { Sentence, Short, Shown } from '../text/shown.tsx';
import { Life } from './life.tsx';
import { Receipt } from './receipt.tsx';
import { Origins } from './origins.tsx';

const concerns = (type: string): boolean => type.startsWith('action-') || type.startsWith('approval-');

interface Asked {
  readonly id: string;
  readonly door: string;
  readonly enforcement: string;
  readonly argsDigest: string;
  readonly findings: readonly Finding[];
}

interface Decided {
  readonly entry: Entry;
  readonly action: Asked;
  readonly decision: Decision;
}

const decisionsOf = (record: ActionRecord): readonly Decided[] =>
  record.entries
    .filter(({ type }) => type === 'action-decided')
    .map((entry) => ({ entry, action: entry.body['action'] as Asked, decision: entry.body['decision'] as Decision }));

/** One action from the request to its proof. */
export function ActionPage({ action }: { readonly action: string }): ReactNode {
  const agent = usePlace().query.get('agent') ?? '';
  const path = `/v1/actions/${encodeURIComponent(action)}/record${agent === '' ? '' : `?agent=${encodeURIComponent(agent)}`}`;
  const { data, error, refetch } = useFresh<ActionRecord>(path, concerns);
  if (data === undefined)
    return <div className="page">{error === null ? <p className="quiet">Loading …</p> : <Refusal error={error} again={() => void refetch()} />}</div>;
  const decisions = decisionsOf(data);
  const last = decisions.at(-1);
  if (last === undefined) return null;
  return (
    <div className="page action">
      <div className="action-head">
        <EffectTag effect={last.decision.effect} />
        <h2 className="mono cut">
          <Shown text={data.name} />
        </h2>
        <span className="quiet cut">
          by{' '}
          <Link to={`/live?agent=${encodeURIComponent(data.agent)}`}>
            <Shown text={data.agent} />
          </Link>{' '}
          · session{' '}
          <Link to={`/live?session=${encodeURIComponent(data.session)}&agent=${encodeURIComponent(data.agent)}`}>
            <Shown text={data.session} />
          </Link>{' '}
          · {DOORS[data.door] ?? data.door}
        </span>
        <Enforcement is={last.action.enforcement} />
        <span className="faint mono">
          <Clock at={last.entry.at} />
        </span>
      </div>
      <div className="action-columns">
        <div className="column-of-panels">
          <Arguments record={data} decided={last} />
          <Why decided={last} />
        </div>
        <div className="column-of-panels">
          <Origins origins={last.decision.origins} name={data.name} />
          <Life entries={data.entries} />
          <Receipt index={last.entry.index} />
        </div>
      </div>
    </div>
  );
}

function Arguments({ record, decided: { action } }: { readonly record: ActionRecord; readonly decided: Decided }): ReactNode {
  const { args, erased } = record;
  const size = args === null ? 0 : new TextEncoder().encode(args).length;
  return (
    <section className="panel pad">
      <div className="head">
        <h3>Arguments</h3>
        <span className="quiet">
          {args === null ? '' : `the exact canonical bytes, ${size.toLocaleString()} B, `}digest <Short text={action.argsDigest} />
        </span>
        {args === null ? null : (
          <button type="button" className="bare right" onClick={() => void navigator.clipboard?.writeText(args)} title="Copy the canonical JSON">
            Copy
          </button>
        )}
      </div>
      {args === null ? (
        <p className="quiet">
          {erased ? 'Erased: the key of these bytes was destroyed. The digest stays.' : 'Sealed: your role may not read argument texts.'}
        </p>
      ) : (
        <Payload json={args} marked={new Set(action.findings.map(({ pointer }) => pointer))} />
      )}
    </section>
  );
}

function Why({ decided: { decision, action } }: { readonly decided: Decided }): ReactNode {
  const spoken = new Set(decision.reasons.map(({ finding, code }) => finding ?? code));
  const silent = action.findings.filter(({ code }) => !spoken.has(code));
  return (
    <section className="panel pad">
      <div className="head">
        <h3>Why</h3>
        <span className="quiet">
          every rule that spoke · policy <Short text={decision.policy} /> · semantics {decision.semantics}
        </span>
      </div>
      <ul className="why">
        {decision.reasons.map((reason, at) => (
          <li key={at}>
            <EffectTag effect={reason.effect} />
            <div>
              <p>
                <Sentence text={reason.message} />
              </p>
              <p className="quiet">
                <code>{reason.finding ?? reason.code}</code> · rule <Shown text={reason.rule} />
                {reason.pointer === undefined ? null : (
                  <>
                    {' '}
                    · at{' '}
                    <code>
                      <Shown text={reason.pointer === '' ? 'the whole' : reason.pointer} />
                    </code>
                  </>
                )}
              </p>
              {reason.hint === undefined ? null : (
                <p className="quiet">
                  <Sentence text={reason.hint} />
                </p>
              )}
            </div>
          </li>
        ))}
        {silent.map((finding, at) => (
          <li key={`f${String(at)}`}>
            <span className="tag plain">note</span>
            <div>
              <p>
                <code>{finding.code}</code> {finding.evidence === '' ? null : <Shown text={finding.evidence} />}
              </p>
              <p className="quiet">
                found by {finding.detector}, risk {finding.risk}; no rule acted on it
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
