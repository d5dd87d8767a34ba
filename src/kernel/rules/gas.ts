import { GAS_SAID } from '../words/gas.ts';
import { SILENCE } from './subject.ts';
import type { Rule } from './subject.ts';

/** GAS-2: a transaction whose chain names no price, or that its chain says will fail, is denied, whatever the agent estimates. */
export const gas: Rule = {
  name: 'gas',
  speak({ action: { claims } }) {
    const fault = claims.gas?.simulated === 'fails' ? 'fails' : claims.gasFault;
    if (fault === undefined) return SILENCE;
    return [{ rule: 'gas', effect: 'deny', code: fault === 'fails' ? 'TRANSACTION_FAILS' : 'PRICE_UNKNOWN', ...GAS_SAID[fault] }];
  },
};
