import { Type, type Static } from 'typebox';
import type { AgentId } from '../../kernel/ids.ts';
import type { Report } from '../fault.ts';
import { holds, nameSet } from '../names.ts';
import { byName, closed, names, optional } from '../schema.ts';
import { section } from '../section.ts';

const schema = byName(Type.Object({ allow: optional(names), review: optional(names), block: optional(names) }, closed));
type Agents = Static<typeof schema>;

export const agents = section({
  schema,
  defaults: {},
  compile: (value, { report }) => {
    checkWildcards(value, report);
    checkOverlap(value, report);
    const lists = Object.entries(value).map(
      ([id, { allow, review, block }]) =>
        [id as AgentId, { allow: nameSet(allow ?? []), review: nameSet(review ?? []), block: nameSet(block ?? []) }] as const,
    );
    return { agents: new Map(lists) };
  },
  page: [['`agents.<id>`', '`allow`, `review`, `block`', 'none']],
  samples: [{ bot: { allow: ['look_up', 'read_*'], review: ['export_*'], block: ['wire'] } }],
});

/** A bare `*` may allow (what block and review do not name); in block it is a blocked agent, in review what unlisted means already. */
function checkWildcards(value: Agents, report: Report): void {
  for (const [agent, lists] of Object.entries(value))
    for (const list of ['review', 'block'] as const)
      for (const [index, name] of (lists[list] ?? []).entries()) {
        if (!/^\*+$/u.test(name)) continue;
        const hint =
          list === 'block' ? 'To stop an agent altogether name it under intents.blockedAgents.' : 'A tool on no list is asked already; leave it out.';
        report({ path: [agent, list, index], code: 'BARE_WILDCARD', message: `\`*\` in ${list} means every tool`, hint });
      }
}

const STRONGER = { block: [], review: ['block'], allow: ['block', 'review'] } as const;

/**
 * A pattern holds itself and every narrower one, for a star is a character like any other to a star. Blocked beats reviewed beats allowed: a
 * name a stronger list covers whole is a contradiction, not a preference.
 */
function checkOverlap(value: Agents, report: Report): void {
  for (const [agent, lists] of Object.entries(value)) {
    const sets = { block: nameSet(lists.block ?? []), review: nameSet(lists.review ?? []) };
    for (const list of ['block', 'review', 'allow'] as const)
      for (const [index, name] of (lists[list] ?? []).entries()) {
        const stronger = STRONGER[list].find((other) => holds(sets[other], name));
        if (stronger === undefined) continue;
        const message = `\`${name}\` is in both \`${stronger}\` and \`${list}\``;
        const hint = `\`${stronger}\` always wins. Keep it in one list.`;
        report({ path: [agent, list, index], code: 'CONTRADICTION', message, hint });
      }
  }
}
