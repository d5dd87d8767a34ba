import { AegisError } from '../../errors.ts';
import type { EntryBodies } from '../../kernel/entry.ts';
import { DECIDERS } from '../../kernel/role.ts';
import type { ToolState } from '../../kernel/world.ts';
import type { AcceptedTool, Principal, Receipt } from '../nouns.ts';
import { actorOf, operatorOf } from '../principal.ts';
import { ok } from '../queue/operation.ts';
import type { Operation } from '../queue/operation.ts';
import { sameProgram } from './doubts.ts';

function isWhatWasRead(doubted: NonNullable<ToolState['doubted']>, read: Pick<AcceptedTool, 'digest' | 'identity' | 'program'>): boolean {
  if (doubted.digest !== read.digest || (read.identity !== undefined && doubted.identity !== read.identity)) return false;
  return (read.program === undefined && !doubted.doubts.includes('PROGRAM_CHANGED')) || sameProgram(doubted, read);
}

/** @throws AegisError FORBIDDEN, NOT_FOUND, CONFLICT when something else is in quarantine than what was read */
export function accepting({ agent, server, tool, ...read }: AcceptedTool, by: Principal): Operation<Receipt> {
  return (batch) => {
    const person = operatorOf(by, batch.world(), DECIDERS);
    const known = batch
      .world()
      .tools.get(agent)
      ?.find((one) => one.server === server && one.tool === tool);
    if (known?.doubted == null) throw new AegisError('NOT_FOUND', { what: 'tool in quarantine' });
    if (!isWhatWasRead(known.doubted, read)) throw new AegisError('CONFLICT', { detail: 'The server has changed the definition since.' });
    const { doubts: _doubts, ...shown } = known.doubted;
    const body: EntryBodies['tool-pinned'] = { server, tool, ...shown, why: 'accepted', by: person.operator };
    return ok(batch.write('tool-pinned', body, { actor: actorOf(by), agent }));
  };
}
