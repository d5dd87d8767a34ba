import type { LabelledPrint } from '../../../src/kernel/entry.ts';
import { INJECTION_EFFECTS, QUOTED_EFFECTS, SINKS } from '../../../src/kernel/policy.ts';
import type { Finding } from '../../../src/kernel/finding.ts';
import { draft, id } from '../../kernel/samples.ts';
import { times } from '../dice.ts';
import { sessionIn } from '../law.ts';
import type { Law, Subject, Word } from '../law.ts';

/** TAINT-5 */
function reachesSink(action: Subject['action'], policy: Subject['policy']): boolean {
  const { categories, operations, commands } = action.facts;
  const reads = operations.length > 0 && operations.every((operation) => operation === 'read');
  const table: [string, boolean][] = [
    ['shell', action.kind === 'process' || categories.includes('shell') || commands.length > 0 || operations.includes('execute')],
    ['payment', (!reads && categories.includes('payment')) || operations.includes('pay')],
    ['communication', !reads && categories.includes('communication')],
    ['network.write', !reads && categories.includes('network')],
    ['file.write', !reads && categories.includes('file')],
    ['database.write', !reads && categories.includes('database')],
    ['memory', !reads && categories.includes('memory')],
    ['admin', (!reads && categories.includes('supply-chain')) || operations.includes('admin') || operations.includes('deploy')],
  ];
  return table.some(([sink, is]) => is && policy.taint.sinks.some((one) => one === sink));
}

/** TAINT-3 */
function taint({ action, world, policy }: Subject): Word[] {
  const session = sessionIn(world, action);
  if (policy.taint.quoted === 'allow' || !reachesSink(action, policy)) return [];
  const bad = (print: string): boolean => {
    const known = session?.prints.get(print as never);
    return known?.provenance === 'quoted' && !known.trusted && known.labels.some((label) => policy.taint.untrusted.includes(label));
  };
  const foreign = action.traces.some(({ authority, whole: print, parts }) => {
    if (authority !== undefined && policy.taint.authority.includes(authority) && bad(print)) return true;
    const known = session?.prints.get(print);
    if (known !== undefined && (known.provenance !== 'quoted' || known.trusted)) return false;
    return parts.some((part) => policy.taint.authority.includes(part.authority) && bad(part.print));
  });
  return foreign ? [{ effect: policy.taint.quoted, code: 'TAINTED_TO_HIGH_RISK' }] : [];
}

/** TAINT-12 */
function afterInjection({ action, world, policy }: Subject): Word[] {
  const injected = sessionIn(world, action)?.injected;
  const { afterInjection: effect, untrusted } = policy.taint;
  if (injected === undefined || effect === 'record' || !untrusted.includes(injected.label) || !reachesSink(action, policy)) return [];
  return [{ effect, code: 'AFTER_INJECTION' }];
}

const PRINTS = ['p1', 'p2', 'p3', 'p4', 'p5'] as const;
const LABELS = ['user_input', 'tool_output', 'retrieved_doc', 'model_output'] as const;
const INSTRUCTION: Finding = {
  detector: 'injection',
  code: 'INJECTION_OVERRIDE',
  risk: 'HIGH',
  pointer: '',
  evidence: '',
  confidence: 0.9,
  inspected: true,
};
const AUTHORITIES = ['recipient', 'amount', 'url', 'command'] as const;
const PROVENANCES = ['typed', 'reference', 'quoted', 'quoted'] as const;

export const laws: readonly Law[] = [
  { read: afterInjection },
  {
    read: taint,
    settings: (dice) => ({
      taint: {
        sinks: dice.some(SINKS, 0.6),
        untrusted: dice.some(LABELS.slice(1), 0.7),
        quoted: dice.pick(QUOTED_EFFECTS),
        afterInjection: dice.pick(INJECTION_EFFECTS),
        authority: dice.some(AUTHORITIES, 0.8),
      },
    }),
    action: (dice) => ({
      traces: times(dice.upTo(3), (i) => ({
        pointer: `/x/${String(i)}`,
        whole: dice.pick(PRINTS),
        ...dice.maybe(0.6, () => ({ authority: dice.pick(AUTHORITIES) })),
        parts: times(dice.upTo(2), () => ({ authority: dice.pick(AUTHORITIES), print: dice.pick(PRINTS) })),
      })),
    }),
    entries: [
      [
        3,
        (dice, place) => {
          const prints: LabelledPrint[] = dice.some(PRINTS, 0.4).map((print) => ({ print: id<never>(print), provenance: dice.pick(PROVENANCES) }));
          const findings: Finding[] = dice.some([{ ...INSTRUCTION, risk: dice.pick(['MEDIUM', 'HIGH', 'CRITICAL'] as const) }], 0.3);
          const body = { source: dice.pick(LABELS), trusted: dice.chance(0.2), prints, findings, contentDigest: id<never>('c') };
          return draft('content-labelled', body, place);
        },
      ],
    ],
  },
];
