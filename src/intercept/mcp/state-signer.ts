import { createHmac, timingSafeEqual } from 'node:crypto';
import { isObject } from '../../kernel/json.ts';
import type { JsonObject } from '../../kernel/json.ts';

const PREFIX = 'aegis1.';

/** What a held call needs to be asked about again; none of it is the agent's to choose. */
export interface HeldCall {
  readonly action: string;
  /** Of method, name, arguments and session: another call cannot come in under this one's approval. */
  readonly digest: string;
  /** Epoch milliseconds of the monotonic clock that made it. */
  readonly until: number;
  /** The server's own state and the answers to it, which this round stands in front of. */
  readonly inner?: JsonObject;
}

/** `requestState` of MCP 2026-07-28, signed with a key that lives and dies with this process. */
export interface StateSigner {
  sign(held: HeldCall): string;
  /** null: not one of ours. 'forged': it says it is, and is not. */
  verify(state: string): HeldCall | 'forged' | null;
}

export function createStateSigner(key: Uint8Array): StateSigner {
  const mac = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  return {
    sign: (held) => {
      const text = Buffer.from(JSON.stringify(held), 'utf8').toString('base64url');
      return `${PREFIX}${text}.${mac(text).toString('base64url')}`;
    },
    verify: (state) => {
      if (!state.startsWith(PREFIX)) return null;
      const [text = '', sign = '', ...rest] = state.slice(PREFIX.length).split('.');
      const [theirs, ours] = [Buffer.from(sign, 'base64url'), mac(text)];
      if (rest.length > 0 || theirs.length !== ours.length || !timingSafeEqual(theirs, ours)) return 'forged';
      const held: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
      return isObject(held) ? (held as unknown as HeldCall) : 'forged';
    },
  };
}
