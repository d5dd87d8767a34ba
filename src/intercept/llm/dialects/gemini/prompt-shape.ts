import type { PromptShape } from '../../dialect/prompt-shape.ts';
import { plainShape } from '../../dialect/prompt-shape.ts';

/**
 * A thought's signature stays as it came; the call or the words beside it are what they were when the model wrote them, once values are replaced
 * again.
 */
export const promptShape: PromptShape = (owner, member) => {
  if (member === 'args' || member === 'response') return 'data';
  return member === 'cachedContent' || member === 'cached_content' ? 'keep' : plainShape(owner, member);
};
