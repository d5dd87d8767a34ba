import { useState } from 'react';
import type { ReactNode } from 'react';
import { EffectTag, Refusal } from '../parts/tags.tsx';
import type { Approval } from '../state/shapes.ts';
import { Sentence, Shown } from '../text/shown.tsx';
import type { Outcome } from './use-deciding.ts';

export interface AnswerTerms {
  readonly approval: Approval;
  /** It still waits. */
  readonly stands: boolean;
  readonly outcome: Outcome | undefined;
  readonly may: boolean;
  readonly role: string;
  /** The whole payload was on the screen. */
  readonly whole: boolean;
  readonly refusing: boolean;
  readonly onGrant: () => void;
  readonly onBeginRefusal: () => void;
  readonly onRefuse: (reason: string) => void;
  readonly onCancel: () => void;
  readonly onNext: (() => void) | null;
}

/** The two answers, or what became of them: never before the daemon has said so. */
export function Answers(terms: AnswerTerms): ReactNode {
  const { outcome, stands, onNext } = terms;
  const next =
    onNext === null ? null : (
      <button type="button" onClick={onNext}>
        Next waiting <kbd>j</kbd>
      </button>
    );
  if (outcome?.kind === 'deciding')
    return (
      <div className="answers" role="status">
        <span className="deciding">{outcome.what === 'grant' ? 'Allowing …' : 'Refusing …'}</span>
      </div>
    );
  if (outcome?.kind === 'granted')
    return (
      <div className="answers result" role="status">
        <GrantResult outcome={outcome} />
        {next}
      </div>
    );
  if (outcome?.kind === 'refused')
    return (
      <div className="answers result" role="status">
        <span>
          <strong>Refused by you.</strong> The agent is told.
        </span>
        {next}
      </div>
    );
  if (!stands)
    return (
      <div className="answers result" role="status">
        <span>
          <strong>It does not wait any more.</strong>{' '}
          {outcome?.kind === 'failed' ? <WhatStands now={outcome.now} /> : 'Somebody decided it, it expired, or the agent took it back.'}
        </span>
        {next}
      </div>
    );
  return (
    <>
      {outcome?.kind === 'failed' ? <Refusal error={outcome.error} /> : null}
      <Buttons {...terms} />
    </>
  );
}

function GrantResult({ outcome: { decision } }: { readonly outcome: Extract<Outcome, { kind: 'granted' }> }): ReactNode {
  const [reason] = decision.reasons;
  if (decision.effect === 'allow')
    return (
      <span>
        <strong>Allowed once by you.</strong> <span className="quiet">The agent may run it now; the outcome appears with the action.</span>
      </span>
    );
  return (
    <span>
      <strong>Granted, then decided again:</strong> <EffectTag effect={decision.effect} />{' '}
      {reason === undefined ? null : <Sentence text={reason.message} />}
    </span>
  );
}

function WhatStands({ now }: { readonly now: Approval | null }): ReactNode {
  if (now === null) return null;
  return (
    <>
      It is {now.status}
      {now.grantedBy.length === 0 ? '' : ', granted by '}
      <Shown text={now.grantedBy.join(', ')} />.
    </>
  );
}

function Buttons({ may, role, whole, refusing, approval, onGrant, onBeginRefusal, onRefuse, onCancel }: AnswerTerms): ReactNode {
  if (refusing) return <RefusalForm onRefuse={onRefuse} onCancel={onCancel} />;
  const why = !may
    ? `Your role is ${role}; deciding needs operator or admin.`
    : !whole && approval.args !== undefined
      ? 'Scroll to the end of the arguments to unlock Allow.'
      : '';
  return (
    <div className="answers">
      <button type="button" className="go" disabled={!may || !whole} title={why} onClick={onGrant}>
        Allow once <kbd>a</kbd>
      </button>
      <button type="button" className="stop" disabled={!may} title={may ? '' : why} onClick={onBeginRefusal}>
        Refuse… <kbd>x</kbd>
      </button>
      {why === '' ? null : <span className="quiet">{why}</span>}
    </div>
  );
}

function RefusalForm({ onRefuse, onCancel }: Pick<AnswerTerms, 'onRefuse' | 'onCancel'>): ReactNode {
  const [reason, setReason] = useState('');
  return (
    <form
      className="answers"
      onSubmit={(event) => {
        event.preventDefault();
        onRefuse(reason.trim());
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onCancel();
      }}
    >
      <input
        autoFocus
        value={reason}
        maxLength={1024}
        aria-label="Why you refuse"
        placeholder="Why? The agent reads it (may stay empty)"
        onChange={(event) => setReason(event.target.value)}
      />
      <button type="submit" className="stop">
        Refuse <kbd>↵</kbd>
      </button>
      <button type="button" onClick={onCancel}>
        Cancel <kbd>Esc</kbd>
      </button>
    </form>
  );
}
