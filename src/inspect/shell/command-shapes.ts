import type { CommandNode, Word } from 'unbash';

/** `… | docker login --password-stdin`. */
export const logsIn = (node: CommandNode | undefined): boolean =>
  node?.type === 'Command' &&
  node.args.some(({ text }) => /^--(?:password-stdin|with-token|passphrase-fd=0)$/.test(text)) &&
  node.args.some(({ text }) => text === 'login');

/** A program whose name is printed letter by letter instead of written: `$(printf %s rm)`. */
export const spelled = (name: Word): boolean =>
  name.parts?.some((part) => {
    const first = part.type === 'CommandExpansion' ? part.script?.commands[0]?.command : undefined;
    return first?.type === 'Command' && /^(?:echo|printf)$/.test(first.name?.value ?? '');
  }) === true;
