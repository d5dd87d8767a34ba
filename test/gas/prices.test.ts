import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hex, HANGS, NOW, price, serve } from './chains.ts';
import type { Terms } from './chains.ts';
import type { GasAsk } from '../../src/ports.ts';

test('[GAS-3] EVM: gas at the base fee of the next block and the priority fee, in wei', async (context) => {
  // 21,000 × 32 gwei = 0.000672 coins at $3,000.
  assert.deepEqual(await price(context, 'evm', { units: 21_000n }), {
    usdMicros: 2_016_000,
    quote: { chain: 'evm', units: '21000', fee: '672000000000000', unit: 'wei', coinUsd: 3000 },
  });
  const block = { timestamp: hex(NOW / 1000) };
  const legacy = await price(context, 'evm', { units: 21_000n }, { said: { eth_getBlockByNumber: block } });
  assert.equal('usdMicros' in legacy && legacy.usdMicros, 3_150_000, 'a chain without a base fee is asked for its gas price');
});

test('[GAS-3] EVM: a transaction is estimated by the chain; more than that is the agent’s to reserve, less is not', async (context) => {
  const transaction = { from: `0x${'1'.repeat(40)}`, to: `0x${'2'.repeat(40)}`, value: '0x1' };
  const asked: unknown[] = [];
  const said = { eth_estimateGas: (sent: unknown) => (asked.push(sent), hex(60_000)) };
  for (const [units, fee] of [
    [undefined, 60_000],
    [10n, 60_000],
    [100_000n, 100_000],
  ] as const) {
    const found = await price(context, 'evm', { transaction, ...(units === undefined ? {} : { units }) }, { said });
    assert.ok('quote' in found);
    assert.deepEqual([found.quote.units, found.quote.simulated], [String(fee), 'succeeds']);
  }
  assert.deepEqual(asked, [transaction, transaction, transaction]);
});

test('[GAS-3] Solana: lamports for each signature, and micro-lamports for each compute unit', async (context) => {
  // 200,000 × 1,000 µlamports = 200 lamports; taken for lamports it would be 200,000,000.
  const one = await price(context, 'solana', { units: 200_000n });
  assert.deepEqual(one, { usdMicros: 754, quote: { chain: 'solana', units: '200000', fee: '5200', unit: 'lamports', coinUsd: 145 } });
  const three = await price(context, 'solana', { units: 200_000n, signatures: 3 });
  assert.equal('quote' in three && three.quote.fee, '15200');
  const tried = await price(context, 'solana', { transaction: 'AQID' });
  assert.deepEqual('quote' in tried && [tried.quote.units, tried.quote.fee, tried.quote.simulated], ['450000', '5450', 'succeeds']);
  const odd = await price(context, 'solana', { units: 1n });
  assert.equal('quote' in odd && odd.quote.fee, '5001', 'a part of a lamport is a lamport');
});

test('[GAS-3] Sui: computation units at the reference price in MIST, or what the dry run costs with its storage', async (context) => {
  assert.deepEqual(await price(context, 'sui', { units: 1_000n }), {
    usdMicros: 825,
    quote: { chain: 'sui', units: '1000', fee: '750000', unit: 'MIST', coinUsd: 1.1 },
  });
  const dry = await price(context, 'sui', { transaction: 'AAAC' });
  assert.deepEqual('quote' in dry && [dry.quote.fee, dry.quote.simulated], ['2726000', 'succeeds'], 'the rebate is not taken off');
});

test('[GAS-2] what the chain says will fail is said so', async (context) => {
  const reverts = { said: { eth_estimateGas: new Error('execution reverted') } };
  assert.deepEqual(await price(context, 'evm', { transaction: {} }, reverts), { fault: 'fails' });
  const burnt = await price(context, 'evm', { transaction: {}, units: 90_000n }, reverts);
  assert.equal('quote' in burnt && burnt.quote.simulated, 'fails');
  const solana = { said: { simulateTransaction: { value: { err: { InstructionError: [0, 'Custom'] }, unitsConsumed: 10 } } } };
  const failed = await price(context, 'solana', { transaction: 'AQID' }, solana);
  assert.equal('quote' in failed && failed.quote.simulated, 'fails');
  const effects = { status: { status: 'failure', error: 'InsufficientGas' }, gasUsed: { computationCost: '1', storageCost: '1' } };
  const sui = await price(context, 'sui', { transaction: 'AAAC' }, { said: { sui_dryRunTransactionBlock: { effects } } });
  assert.equal('quote' in sui && sui.quote.simulated, 'fails');
});

const UNITS: Partial<GasAsk> = { units: 21_000n };
const LIES: readonly (readonly [string, 'evm' | 'solana' | 'sui', Partial<GasAsk>, Terms, string])[] = [
  ['no units', 'evm', {}, {}, 'no-units'],
  ['no units, Solana', 'solana', {}, {}, 'no-units'],
  ['no units, Sui', 'sui', {}, {}, 'no-units'],
  ['another chain', 'evm', UNITS, { chain: { identity: '0x1' } }, 'other-chain'],
  ['another cluster', 'solana', UNITS, { chain: { identity: 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG' } }, 'other-chain'],
  ['another Sui', 'sui', UNITS, { chain: { identity: '4c78adac' } }, 'other-chain'],
  ['an unknown chain', 'evm', { ...UNITS, chain: 'dogecoin' }, {}, 'unknown-chain'],
  ['an old block', 'evm', UNITS, { said: { eth_getBlockByNumber: { timestamp: hex(NOW / 1000 - 61), baseFeePerGas: '0x1' } } }, 'stale'],
  ['a block of tomorrow', 'evm', UNITS, { said: { eth_getBlockByNumber: { timestamp: hex(NOW / 1000 + 86_400), baseFeePerGas: '0x1' } } }, 'stale'],
  ['an old slot', 'solana', UNITS, { said: { getBlockTime: NOW / 1000 - 3_600 } }, 'stale'],
  ['an old checkpoint', 'sui', UNITS, { said: { sui_getCheckpoint: { timestampMs: '1700000000000' } } }, 'stale'],
  ['a negative price', 'evm', UNITS, { said: { eth_maxPriorityFeePerGas: '-0x1' } }, 'unreadable'],
  ['a number for a quantity', 'evm', UNITS, { said: { eth_maxPriorityFeePerGas: 7 } }, 'unreadable'],
  ['no number', 'evm', UNITS, { said: { eth_feeHistory: { baseFeePerGas: ['0xNaN'] } } }, 'unreadable'],
  ['no history', 'evm', UNITS, { said: { eth_feeHistory: {} } }, 'unreadable'],
  ['a huge price', 'evm', UNITS, { said: { eth_maxPriorityFeePerGas: hex(10n ** 30n) } }, 'absurd'],
  ['a huge estimate', 'evm', { transaction: {} }, { said: { eth_estimateGas: hex(10n ** 15n) } }, 'absurd'],
  ['an estimate of nothing', 'evm', { transaction: {} }, { said: { eth_estimateGas: '0x0' } }, 'absurd'],
  ['a negative fee', 'solana', UNITS, { said: { getRecentPrioritizationFees: [{ slot: 1, prioritizationFee: -5 }] } }, 'unreadable'],
  ['part of a fee', 'solana', UNITS, { said: { getRecentPrioritizationFees: [{ slot: 1, prioritizationFee: 0.5 }] } }, 'unreadable'],
  ['no fees', 'solana', UNITS, { said: { getRecentPrioritizationFees: [] } }, 'unreadable'],
  ['a huge reference price', 'sui', UNITS, { said: { suix_getReferenceGasPrice: '9'.repeat(30) } }, 'absurd'],
  ['null', 'sui', UNITS, { said: { suix_getReferenceGasPrice: null } }, 'unreadable'],
  ['a refusal', 'sui', UNITS, { said: { suix_getReferenceGasPrice: new Error('rate limit') } }, 'refused'],
  ['no answer', 'evm', UNITS, { said: { eth_maxPriorityFeePerGas: HANGS }, timeoutMs: 100 }, 'unreachable'],
  ['no server', 'evm', UNITS, { chain: { rpc: 'http://127.0.0.1:9/' } }, 'unreachable'],
];

for (const [what, kind, ask, terms, fault] of LIES)
  test(`[GAS-2] no price: ${what}`, async (context) => {
    assert.deepEqual(await price(context, kind, ask, terms), { fault });
  });

test('[GAS-2] an answer to another question, one that is no JSON and one without end are no price', async (context) => {
  for (const [said, fault] of [
    ['{"jsonrpc":"2.0","id":99,"result":"0x1"}', 'unreadable'],
    ['<html>', 'unreadable'],
    [' '.repeat(2_000_000), 'unreadable'],
    ['[]', 'unreadable'],
  ] as const)
    assert.deepEqual(await price(context, 'evm', UNITS, { chain: { rpc: await serve(context, said) } }), { fault });
});

test('[GAS-3] the coin’s price may come from a feed, and not from an old or a senseless one', async (context) => {
  const feed = async (text: string): Promise<unknown> => {
    const coin = { url: await serve(context, text), pointer: '/ethereum/usd', time: '/ethereum/last_updated_at' };
    const found = await price(context, 'evm', UNITS, { chain: { coin } });
    return 'fault' in found ? found.fault : found.usdMicros;
  };
  const at = (usd: unknown, time: unknown): string => JSON.stringify({ ethereum: { usd, last_updated_at: time } });
  assert.equal(await feed(at(2000.5, NOW / 1000 - 5)), 1_344_336);
  assert.equal(await feed(at(2000.5, NOW - 5_000)), 1_344_336, 'milliseconds');
  assert.equal(await feed(at(2000, NOW / 1000 - 61)), 'stale');
  assert.equal(await feed(at('2000', NOW / 1000)), 'unreadable');
  assert.equal(await feed(at(2000, null)), 'unreadable');
  for (const usd of [0, -1, 1e12]) assert.equal(await feed(at(usd, NOW / 1000)), 'absurd');
  assert.equal(await feed('{}'), 'unreadable');
});
