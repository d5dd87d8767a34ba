import type { ReactNode } from 'react';
import { Ago } from '../parts/tags.tsx';
import type { Entry } from '../state/shapes.ts';
import { useFresh } from '../state/use-fresh.ts';
import { Shown } from '../text/shown.tsx';

const KINDS = ['agent-halted', 'policy-activated', 'tool-quarantined'] as const;
const isChange = (type: string): boolean => KINDS.some((kind) => kind === type);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

interface Reply {
  readonly entries: readonly Entry[];
}

/** What changed for everybody: halts, policies, quarantined tools. */
export function Changes(): ReactNode {
  const halts = useFresh<Reply>('/v1/log?type=agent-halted&reverse=true&limit=4', isChange);
  const policies = useFresh<Reply>('/v1/log?type=policy-activated&reverse=true&limit=4', isChange);
  const tools = useFresh<Reply>('/v1/log?type=tool-quarantined&reverse=true&limit=4', isChange);
  const entries = [halts, policies, tools]
    .flatMap(({ data }) => data?.entries ?? [])
    .toSorted((one, other) => other.index - one.index)
    .slice(0, 6);
  if (entries.length === 0) return null;
  return (
    <section>
      <div className="head">
        <h2>What changed</h2>
      </div>
      <ul className="panel rows changes">
        {entries.map((entry) => (
          <li key={entry.index}>
            <span className="faint">
              <Ago at={entry.at} />
            </span>
            <span className="cut">
              <Change entry={entry} />
            </span>
            <span className={`tag ${TONE[entry.type] ?? 'plain'}`}>{NAME[entry.type]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const TONE: Readonly<Record<string, string>> = { 'agent-halted': 'deny', 'tool-quarantined': 'ask' };
const NAME: Readonly<Record<string, string>> = { 'agent-halted': 'halt', 'policy-activated': 'policy', 'tool-quarantined': 'tool' };

function Change({ entry: { type, body, actor } }: { readonly entry: Entry }): ReactNode {
  const by = <Shown text={actor?.id ?? actor?.kind ?? ''} />;
  if (type === 'agent-halted') {
    const scope = body['scope'] as { readonly kind: string; readonly id?: string };
    return (
      <>
        <strong>{scope.id === undefined ? 'Every agent' : <Shown text={scope.id} />}</strong> halted by {by}: “<Shown text={textOf(body['reason'])} />
        ”
      </>
    );
  }
  if (type === 'policy-activated')
    return (
      <>
        Policy{' '}
        <strong>
          <Shown text={textOf(body['name'])} />
        </strong>{' '}
        activated by {by}
      </>
    );
  return (
    <>
      Tool{' '}
      <strong>
        <Shown text={textOf(body['tool'])} />
      </strong>{' '}
      of MCP server{' '}
      <strong>
        <Shown text={textOf(body['server'])} />
      </strong>{' '}
      was put in quarantine
    </>
  );
}
