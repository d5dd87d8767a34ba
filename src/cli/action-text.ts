import { riskRank, type Risk } from '../kernel/finding.ts';
import { isObject } from '../kernel/json.ts';
import { REASON_CODES } from '../kernel/rules/rules.ts';
import type { NamedFile } from '../kernel/named-file.ts';
import { fileLines } from './bound-files.ts';
import { codeOf, telling } from './action-record.ts';
import type { ActionRecord, ReasonRow, RecordedEntry } from './action-record.ts';
import { effectTone, riskTone, shortened, tone, visible } from './print.ts';
import { when } from './screen/when.ts';

interface FindingRow {
  readonly code: string;
  readonly risk: Risk;
  readonly pointer: string;
  readonly evidence: string;
  readonly targets?: readonly { readonly kind: string; readonly value: string }[];
}

interface DecisionRow {
  readonly effect: string;
  readonly risk: string;
  readonly reasons: readonly ReasonRow[];
  readonly ask?: { readonly approval: string };
  readonly shadow?: string;
}

const ARGUMENT_CHARACTERS = 4_000;

/** One action for a person: what was asked, what was found in it, what was decided and why, what to do. */
export function actionText(record: ActionRecord): string {
  const decided = record.entries.filter(({ type }) => type === 'action-decided');
  const [first, last] = [decided[0], decided.at(-1)];
  const decision = (last?.body['decision'] ?? {}) as DecisionRow;
  const findings = ((first?.body['action'] as { findings?: readonly FindingRow[] } | undefined)?.findings ?? []).toSorted(byRisk);
  const effect = tone(effectTone(decision.effect), decision.effect);
  const risk = riskTone(decision.risk);
  return [
    `${tone('bold', visible(record.name))} by ${visible(record.agent)}: ${effect}, risk ${risk === null ? decision.risk : tone(risk, decision.risk)}`,
    tone('dim', visible(`#${String(first?.index ?? '')} · ${when(first?.at)} · session ${record.session} · ${record.door} · ${record.action}`)),
    ...part('Why', decision.reasons.map(reasonLine)),
    ...part('Arguments', [argsLine(record)]),
    ...part('Files', fileLines(filesIn(last) ?? filesIn(first) ?? [])),
    ...part('Found', findings.map(findingLine)),
    ...part('Targets', targets(findings)),
    ...part('History', record.entries.map(historyLine)),
    ...part('Next', nextSteps(record, decision)),
  ].join('\n');
}

function filesIn(entry: RecordedEntry | undefined): readonly NamedFile[] | undefined {
  return (entry?.body['action'] as { readonly boundFiles?: readonly NamedFile[] } | undefined)?.boundFiles;
}

function part(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', tone('bold', title), ...lines.map((text) => `  ${text}`)];
}

const byRisk = (a: FindingRow, b: FindingRow): number => riskRank(b.risk) - riskRank(a.risk);

function reasonLine(reason: ReasonRow): string {
  const { effect, message, hint } = reason;
  return `${tone(effectTone(effect), effect.padEnd(6))} ${visible(message)} (${codeOf(reason)})${hint === undefined ? '' : ` ${visible(hint)}`}`;
}

function argsLine({ args, erased, sealed }: ActionRecord): string {
  if (sealed) return 'sealed: administrators and auditors can read them';
  if (erased) return 'erased';
  return args === null ? 'not kept' : visible(shortened(args, ARGUMENT_CHARACTERS));
}

function findingLine({ risk, code, evidence, pointer }: FindingRow): string {
  const colour = riskTone(risk);
  const padded = risk.padEnd(8);
  return `${colour === null ? padded : tone(colour, padded)} ${code} in ${pointer === '' ? 'the arguments' : visible(pointer)}: ${visible(evidence)}`;
}

function targets(findings: readonly FindingRow[]): readonly string[] {
  const named = findings.flatMap((finding) => finding.targets ?? []).map(({ kind, value }) => `${kind} ${visible(value)}`);
  return [...new Set(named)];
}

function historyLine({ index, at, type, body }: RecordedEntry): string {
  const decision = isObject(body['decision']) ? ` ${String(body['decision']['effect'])}` : '';
  const status = typeof body['status'] === 'string' ? ` ${body['status']}` : '';
  const reason = typeof body['reason'] === 'string' && body['reason'] !== '' ? ` (${body['reason']})` : '';
  return visible(`#${String(index)} ${when(at)} ${type}${decision}${status}${reason}`);
}

/** A code of the policy's own is explained where its rules are. */
function pageOf(code: string | undefined): string {
  return REASON_CODES.find((one) => one === code) ?? 'CONDITION';
}

function nextSteps({ entries, agent }: ActionRecord, { effect, ask, reasons }: DecisionRow): readonly string[] {
  const settled = entries.some(({ type }) => type === 'action-settled');
  if (effect === 'ask' && ask !== undefined) {
    // The number of the entry that asked is what people type; an action may have asked more than once.
    const asked = entries.findLast(({ body }) => isObject(body['decision']) && isObject(body['decision']['ask']));
    const approval = asked === undefined ? ask.approval : String(asked.index);
    return [`aegis approvals grant ${approval} --reason "…"`, `aegis approvals refuse ${approval} --reason "…"`];
  }
  if (effect === 'deny') return [`Nothing was done. What to do about it: docs/reference/reasons/${pageOf(telling(reasons, effect)?.code)}.md`];
  if (effect === 'defer') return ['Nothing was done yet; the agent asks again by itself.'];
  return settled ? [] : [`No outcome was reported yet. If it must not go on: aegis halt agent ${agent} --reason "…"`];
}
