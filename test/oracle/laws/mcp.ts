import { draft, id } from '../../kernel/samples.ts';
import type { Dice } from '../dice.ts';
import type { Law, Place, Subject, Word } from '../law.ts';
import { DIGESTS, TOOLS } from '../names.ts';

/** MCP-2 */
function shown({ action: { agent, server, name, toolDigest }, world }: Subject): Word[] {
  if (server === undefined) return [];
  const tools = (world.tools.get(agent) ?? []).filter((one) => one.server === server && one.tool === name);
  return tools.some(({ pinned, doubted }) => doubted === null && pinned?.digest === toolDigest) ? [] : [{ effect: 'deny', code: 'TOOL_QUARANTINED' }];
}

const SERVERS = ['m1', 'm2'] as const;

function entry(dice: Dice, place: Place): ReturnType<typeof draft> {
  const tool = {
    server: dice.pick(SERVERS),
    identity: id<never>('i'),
    tool: dice.pick(TOOLS),
    digest: id<never>(dice.pick(DIGESTS)),
    fingerprint: [],
  };
  if (dice.chance(0.1)) return draft('tool-forgotten', { server: tool.server, tool: tool.tool, by: id<never>('o1') }, place);
  if (dice.chance(0.8)) return draft('tool-pinned', { ...tool, why: 'first-seen' }, place);
  return draft('tool-quarantined', { ...tool, doubts: ['TOOL_CHANGED'] }, place);
}

export const laws: readonly Law[] = [
  {
    read: shown,
    action: (dice) => dice.maybe(0.04, () => ({ server: dice.pick(SERVERS), toolDigest: dice.pick(DIGESTS) })),
    entries: [[1.5, entry]],
    examples: [
      {
        title: '[MCP-2] a tool of a server that never showed it is denied',
        action: { server: 'mail', toolDigest: 'd1' },
        expected: 'deny TOOL_QUARANTINED',
      },
    ],
  },
];
