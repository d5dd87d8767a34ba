import type { GasFault } from '../gas.ts';
import type { Said } from './sentences.ts';

const SETTINGS = '`gas` in aegis.yaml';
const LATER = 'Try again later.';

/** Why no price is known for a transaction. */
export const GAS_SAID: Readonly<Record<GasFault, Said>> = {
  'unknown-chain': {
    message: 'The request names no chain that is configured.',
    hint: `Name one of \`gas.chains\` in \`metadata.chain\`, or add it to ${SETTINGS}.`,
  },
  'no-units': { message: 'The request names no amount of gas.', hint: 'Send `metadata.gas_units`, or the `metadata.transaction` itself.' },
  unreachable: { message: 'The chain’s server or the price feed did not answer in time.', hint: LATER },
  refused: { message: 'The chain’s server refused to answer.', hint: `Check its address and key: ${SETTINGS}.` },
  unreadable: { message: 'The chain’s server or the price feed sent something that is not a price.', hint: `Check their addresses: ${SETTINGS}.` },
  absurd: {
    message: 'The chain’s server or the price feed named a price or an amount that no chain has.',
    hint: `Check their addresses: ${SETTINGS}.`,
  },
  'other-chain': { message: 'The server answers for another chain than the one configured.', hint: `Correct \`rpc\` or \`identity\`: ${SETTINGS}.` },
  stale: { message: 'The newest block or price is too old to count.', hint: LATER },
  fails: { message: 'The chain says that this transaction fails.', hint: 'Correct the transaction.' },
};
