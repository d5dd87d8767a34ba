import { draft, id, micro } from '../../kernel/samples.ts';
import type { PolicyParts } from '../../kernel/samples.ts';
import type { Dice } from '../dice.ts';
import { need } from '../law.ts';
import type { Law, Place, Subject, Word } from '../law.ts';
import { DIGESTS, TOOLS } from '../names.ts';

/** ASK-1 */
function asked({ action, policy }: Subject): Word[] {
  const words: Word[] = [];
  const { aboveUsdMicros, confidenceBelow, intents } = policy.approvals;
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const ask = (): unknown => words.push({ effect: 'ask', code: 'APPROVAL_REQUIRED' });
  if (aboveUsdMicros !== null && need(action, policy).usdMicros > aboveUsdMicros) ask();
  if (confidenceBelow !== null && (action.claims.confidence ?? 1) < confidenceBelow) ask();
  if (intents.some((intent) => [action.name, action.claims.intent ?? ''].some((text) => plain(text).includes(plain(intent))))) ask();
  return words;
}

/** ASK-3, ASK-6, ASK-7 */
export function released({ action, world }: Subject, words: Word[]): Word[] {
  const free = (except: readonly string[]): Word[] => [
    ...words.map((word) => (word.effect === 'ask' && !except.includes(word.code) ? { ...word, effect: 'allow' as const } : word)),
    { effect: 'allow', code: 'OK' },
  ];
  if (action.redeems !== undefined) {
    const approval = world.approvals.get(action.redeems);
    const people = new Set((approval?.grantedBy ?? []).filter((by) => world.operators.get(by)?.active !== false));
    const same = approval?.agent === action.agent && approval.session === action.session && approval.tool === action.name;
    const bytes = (approval?.editedArgsDigest ?? approval?.argsDigest) === action.argsDigest;
    const live = approval?.status === 'granted' && approval.expiresAt > action.at && people.size >= approval.quorum;
    return same && bytes && live ? free([]) : [...words, { effect: 'deny', code: 'APPROVAL_INVALID' }];
  }
  const asks = words.filter(({ effect }) => effect === 'ask');
  const seen = ['FINDING', 'UNINSPECTABLE', 'TAINTED_TO_HIGH_RISK', 'AFTER_INJECTION'];
  const all = [...world.grants.entries()].map(([, grant]) => grant);
  const mine = all.filter(
    (grant) => grant.agent === action.agent && grant.tool === action.name && grant.used < grant.uses && grant.expiresAt > action.at,
  );
  const same = (named: string | undefined, value: string): boolean => named === undefined || named === value;
  const grants = mine.filter((grant) => same(grant.session, action.session) && same(grant.argsDigest, action.argsDigest));
  if (asks.length > 0 && grants.some((grant) => grant.argsDigest !== undefined)) return free([]);
  if (grants.length > 0 && asks.some(({ code }) => !seen.includes(code))) return free(seen);
  return words;
}

function settings(dice: Dice): PolicyParts {
  return {
    approvals: {
      above: dice.chance(0.2) ? { usd: micro(dice.upTo(20)) } : 'off',
      confidenceBelow: dice.chance(0.2) ? 0.7 : 'off',
      intents: dice.some(['withdraw funds'], 0.2),
      timeoutMs: 10_000,
      quorum: 1 + dice.upTo(2),
      maxPending: dice.pick([1, 5]),
    },
  };
}

const anApproval = (dice: Dice): never => id(`ap${String(dice.upTo(20))}`);
const somebody = (dice: Dice): never => id(dice.pick(['o1', 'o2']));

function granted(dice: Dice, place: Place): ReturnType<typeof draft> {
  const edited = dice.maybe(0.2, () => ({ editedArgsDigest: id<never>(dice.pick(DIGESTS)) }));
  return draft('approval-granted', { approval: anApproval(dice), by: somebody(dice), channel: 'c', reason: 'r', ...edited }, place);
}

function remembered(dice: Dice, place: Place): ReturnType<typeof draft> {
  const grant = {
    id: `g${String(place.n)}`,
    agent: id<never>(place.agent),
    tool: dice.pick(TOOLS),
    uses: 1 + dice.upTo(2),
    expiresAt: place.at + 5_000,
    ...dice.maybe(0.5, () => ({ argsDigest: id<never>(dice.pick(DIGESTS)) })),
    ...dice.maybe(0.3, () => ({ session: id<never>(place.session) })),
  };
  return draft('grant-issued', { by: somebody(dice), grant }, place);
}

export const laws: readonly Law[] = [
  {
    read: asked,
    settings,
    action: (dice) => dice.maybe(0.03, () => ({ redeems: anApproval(dice) })),
    entries: [
      [4, granted],
      [1, (dice, place) => draft('approval-consumed', { approval: anApproval(dice), action: id<never>('x') }, place)],
      [1, (dice, place) => draft('approval-refused', { approval: anApproval(dice), by: somebody(dice), channel: 'c', reason: 'r' }, place)],
      [1, remembered],
      [1, (dice, place) => draft('operator-removed', { operator: somebody(dice), reason: 'left' }, place)],
    ],
    examples: [
      {
        title: '[ASK-1] an action whose name holds a sensitive intent is asked, however it is spelled',
        settings: { approvals: { intents: ['withdraw funds'] } },
        action: { name: 'do_withdrawFunds' },
        expected: 'ask APPROVAL_REQUIRED',
      },
    ],
  },
];
