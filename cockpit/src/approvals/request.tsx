import type { ReactNode } from 'react';
import { Link } from '../parts/link.tsx';
import { Countdown, EffectTag, RiskTag } from '../parts/tags.tsx';
import { Payload } from '../payload/payload.tsx';
import { actionPath } from '../state/url.ts';
import type { Approval, NamedFile } from '../state/shapes.ts';
import { Sentence, Short, Shown } from '../text/shown.tsx';
import { Answers } from './answers.tsx';
import type { AnswerTerms } from './answers.tsx';
import { alike } from './use-waiting.ts';

interface Terms extends AnswerTerms {
  readonly waiting: readonly Approval[];
  readonly onSeen: () => void;
  readonly onBack: () => void;
}

/** One request: who asks for what, the exact bytes, why a person is asked, and the two answers. */
export function Request(terms: Terms): ReactNode {
  const { approval, waiting, onSeen, onBack } = terms;
  const { risk = 'LOW', reasons = [], args, tool, agent, session } = approval;
  const marked = new Set(reasons.flatMap(({ pointer }) => (pointer === undefined ? [] : [pointer])));
  const more = alike(waiting, approval);
  return (
    <article className="panel request" aria-label="Request">
      <button type="button" className="back" onClick={onBack}>
        ← All approvals
      </button>
      <header className="request-head">
        <RiskTag risk={risk} />
        <h2 className="mono">
          <Shown text={tool} />
        </h2>
        <span className="quiet cut">
          <Shown text={agent} /> · session <Shown text={session} />
        </span>
        {terms.stands ? <Countdown until={approval.expiresAt} /> : null}
      </header>
      {args === undefined ? (
        <p className="quiet">The arguments are not here any more: this approval is {approval.status}.</p>
      ) : (
        <Payload json={args} marked={marked} onEnd={onSeen} />
      )}
      <div className="halves">
        <section>
          <h3>Why you are asked</h3>
          <ul className="reasons">
            {reasons.map((reason, at) => (
              <li key={at}>
                <EffectTag effect={reason.effect} />
                <span>
                  <Sentence text={reason.message} /> <code className="faint">{reason.finding ?? reason.code}</code>
                </span>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h3>What is known</h3>
          <Known approval={approval} />
        </section>
      </div>
      <Answers {...terms} />
      <p className="fine faint">
        Your decision is bound to these exact bytes (digest <Short text={approval.digest} />
        ), this agent and this policy, and is used once. The action is decided again when you allow it.{' '}
        {more > 0 ? `${String(more)} more ask for the same; this answers one. ` : ''}
        <Link to={actionPath(approval.action, agent)}>Open the action in full</Link>
      </p>
    </article>
  );
}

function Known({ approval }: { readonly approval: Approval }): ReactNode {
  const { claims = {}, files = [], decision, quorum, grantedBy, approvers } = approval;
  const said = Object.entries(claims);
  const origins = decision?.origins ?? [];
  return (
    <dl>
      {origins.map(({ pointer, provenance, source }) => (
        <div key={pointer}>
          <dt className="mono cut">
            <Shown text={pointer === '' ? 'all' : pointer} />
          </dt>
          <dd>
            {PROVENANCE[provenance] ?? provenance}
            {source === undefined ? '' : ` (entry #${String(source)})`}
          </dd>
        </div>
      ))}
      {files.map((file) => (
        <FileRow key={file.name} file={file} />
      ))}
      {said.map(([name, value]) => (
        <div key={name}>
          <dt>
            Agent says: <Shown text={name} />
          </dt>
          <dd>
            “<Shown text={typeof value === 'string' ? value : JSON.stringify(value)} />”
          </dd>
        </div>
      ))}
      <div>
        <dt>May decide</dt>
        <dd>
          <Shown text={approvers.join(', ')} />
          {quorum > 1 ? `; ${String(quorum)} people, ${String(grantedBy.length)} so far` : ''}
        </dd>
      </div>
    </dl>
  );
}

export const PROVENANCE: Readonly<Record<string, string>> = {
  typed: 'typed by the user',
  reference: 'a reference from the session',
  quoted: 'quoted from content that entered the session',
  made: 'made by the model',
};

function FileRow({ file }: { readonly file: NamedFile }): ReactNode {
  return (
    <div>
      <dt className="cut">
        <Shown text={file.name} />
      </dt>
      <dd>
        {file.sha256 === undefined ? 'a file whose content is not bound' : 'a file, bound to what it holds now'}
        {file.leadsTo === undefined ? null : (
          <>
            ; leads to <Shown text={file.leadsTo} />
          </>
        )}
        {file.change === undefined ? null : <strong> · {file.change} since it was asked</strong>}
      </dd>
    </div>
  );
}
