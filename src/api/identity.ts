import { Type } from 'typebox';
import type { AnswerKey } from '../http/answer-signing.ts';
import { route } from '../http/route.ts';
import type { Route } from '../http/route.ts';

/** Who answers here, for whoever knows the answer key already: nothing else is said to strangers. */
export function identityRoutes(deps: { readonly answers: AnswerKey }): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/identity',
      auth: 'none',
      role: [],
      tenant: 'none',
      audited: [],
      doc: { summary: 'The public key that answers are signed with; with the header Aegis-Nonce this answer is, too', tag: 'daemon' },
      response: Type.Object({ answerKey: Type.String({ description: 'Ed25519, 32 bytes in base64url' }) }),
      handle: () => ({ answerKey: deps.answers.publicKey }),
    }),
  ];
}
