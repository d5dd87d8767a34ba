import type { PromptShape } from '../../dialect/prompt-shape.ts';
import { plainShape } from '../../dialect/prompt-shape.ts';

export const promptShape: PromptShape = (owner, member) => (member === 'arguments' ? 'json' : plainShape(owner, member));
