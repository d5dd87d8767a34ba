import { GAS_FAULTS } from '../../../src/kernel/gas.ts';
import type { Law } from '../law.ts';

const QUOTE = { chain: 'sui', units: '1', fee: '750', unit: 'MIST', coinUsd: 1.1 } as const;

export const laws: readonly Law[] = [
  {
    // GAS-2
    read({ action: { claims } }) {
      const fails = claims.gasFault === 'fails' || claims.gas?.simulated === 'fails';
      if (fails) return [{ effect: 'deny', code: 'TRANSACTION_FAILS' }];
      return claims.gasFault === undefined ? [] : [{ effect: 'deny', code: 'PRICE_UNKNOWN' }];
    },
    action: (dice) => ({
      claims: {
        ...dice.maybe(0.03, () => ({ gasFault: dice.pick(GAS_FAULTS) })),
        ...dice.maybe(0.05, () => ({ gas: { ...QUOTE, ...dice.maybe(0.5, () => ({ simulated: dice.pick(['succeeds', 'fails']) })) } })),
      },
    }),
  },
];
