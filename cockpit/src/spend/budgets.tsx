import type { ReactNode } from 'react';
import { useView } from '../agents/use-agents.ts';
import type { Seen } from '../agents/use-agents.ts';
import { agentPath, dollars } from '../agents/use-agents.ts';
import { Link } from '../parts/link.tsx';
import { Empty, Refusal, Until } from '../parts/tags.tsx';
import { Shown } from '../text/shown.tsx';

/** A limit, as `GET /v1/views/budgets` has it. */
interface Budget {
  readonly id: string;
  readonly scope: string;
  readonly of: string;
  readonly ledger: string;
  readonly field: 'usdMicros' | 'tokens' | 'toolCalls' | 'modelCalls' | 'steps';
  readonly limit: number;
  readonly spent: number;
  readonly reserved: number;
  readonly resetsAt?: number;
  readonly exhaustedAt?: number;
}

interface BudgetsReply extends Seen {
  readonly budgets: readonly Budget[];
  readonly more: number;
}

const UNITS: Readonly<Record<Budget['field'], string>> = {
  usdMicros: '',
  tokens: ' tokens',
  toolCalls: ' tool calls',
  modelCalls: ' model calls',
  steps: ' steps',
};

const amount = (field: Budget['field'], value: number): string =>
  field === 'usdMicros' ? dollars(value) : `${value.toLocaleString()}${UNITS[field]}`;

/** Limits with what is spent and reserved, the fullest first; of one agent where one is named. */
export function Budgets({ agent = '' }: { readonly agent?: string }): ReactNode {
  const { data, error, refetch } = useView<BudgetsReply>(`/v1/views/budgets${agent === '' ? '' : `?agent=${encodeURIComponent(agent)}`}`);
  return (
    <section className="panel pad">
      <div className="head">
        <h3>Budgets</h3>
        <span className="quiet">the fullest first</span>
      </div>
      {error === null ? null : <Refusal error={error} again={() => void refetch()} />}
      {data?.budgets.length === 0 ? (
        <Empty title="No limit holds.">
          Set one with <code>aegis budgets set agent/name/day --usd 5</code>, or in the policy.
        </Empty>
      ) : null}
      <ul className="shares budgets" aria-label="Budgets">
        {data?.budgets.map((one) => (
          <Row key={`${one.id} ${one.ledger} ${one.field}`} budget={one} />
        ))}
      </ul>
      {data === undefined || data.more === 0 ? null : <p className="under quiet">{data.more.toLocaleString()} more are not shown.</p>}
    </section>
  );
}

function Row({ budget }: { readonly budget: Budget }): ReactNode {
  const { id, scope, of, field, limit, spent, reserved } = budget;
  const part = (value: number): number => (limit === 0 ? 100 : Math.min(100, (value / limit) * 100));
  const used = part(spent + reserved);
  const tone = used >= 90 ? 'deny' : used >= 70 ? 'ask' : 'accent';
  return (
    <li>
      <span className="cut">
        {scope === 'agent' ? (
          <Link to={agentPath(of)}>
            <Shown text={of} />
          </Link>
        ) : (
          <Shown text={of === '' ? scope : `${scope} ${of}`} />
        )}{' '}
        <span className="quiet">
          <Shown text={id} />
        </span>
      </span>
      <span className="mono">
        {amount(field, spent + reserved)} <span className="faint">of {amount(field, limit)}</span>
      </span>
      <svg
        className="share"
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${String(Math.floor(used))} % used, ${amount(field, spent)} spent, ${amount(field, reserved)} reserved`}
      >
        <rect className={`fill-${tone}`} x="0" y="0" width={part(spent)} height="6" />
        <rect className={`fill-${tone} held`} x={part(spent)} y="0" width={Math.max(0, used - part(spent))} height="6" />
      </svg>
      <Outlook budget={budget} />
    </li>
  );
}

/** When it starts again, and whether it lasts until then. */
function Outlook({ budget: { limit, spent, reserved, resetsAt, exhaustedAt } }: { readonly budget: Budget }): ReactNode {
  const left = limit - spent - reserved;
  return (
    <small className="quiet outlook">
      {left <= 0 ? (
        <b className="bad">Used up. </b>
      ) : exhaustedAt === undefined ? null : (
        <b className="bad">
          At this pace used up <Until at={exhaustedAt} />.{' '}
        </b>
      )}
      {resetsAt === undefined ? (
        'Never resets.'
      ) : (
        <>
          Resets <Until at={resetsAt} />.
        </>
      )}
    </small>
  );
}
