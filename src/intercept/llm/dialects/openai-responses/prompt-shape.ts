import type { PromptShape } from '../../dialect/prompt-shape.ts';
import { textOf } from '../../dialect/members.ts';
import { plainShape } from '../../dialect/prompt-shape.ts';

/** Members that hold what a tool is to do, as objects. */
const DOINGS: ReadonlySet<string> = new Set(['action', 'actions', 'operation', 'queries']);

/** A thought that comes back encrypted is verified as a whole, so all of its item stays. */
export const promptShape: PromptShape = (owner, member) => {
  const { type } = owner;
  if (type === 'reasoning' && (member === 'summary' || member === 'content') && (textOf(owner.encrypted_content) ?? '') !== '') return 'still';
  if (type === 'image_generation_call' && member === 'result') return 'sealed';
  if (typeof type === 'string' && DOINGS.has(member)) return 'data';
  if (member === 'variables') return 'data';
  return member === 'arguments' ? 'json' : plainShape(owner, member);
};
