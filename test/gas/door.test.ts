import assert from 'node:assert/strict';
import { test } from 'node:test';
import { running } from '../api/daemon.ts';
import { EVM, hex, serve } from './chains.ts';

const fresh = { eth_getBlockByNumber: { timestamp: hex(Math.floor(Date.now() / 1000)), baseFeePerGas: '0x1' } };

test('[GAS-1] [GAS-2] over HTTP: gas costs what the chain asks and not what the agent says; without a price it is refused', async (context) => {
  let tip = hex(2_000_000_000);
  const said = {
    ...EVM,
    ...fresh,
    eth_maxPriorityFeePerGas: () => tip,
    eth_estimateGas: (sent: { to?: string }) => (sent.to === undefined ? new Error('execution reverted') : hex(50_000)),
  };
  const rpc = await serve(context, said);
  const gas = {
    chains: [{ name: 'monad', kind: 'evm' as const, rpc, identity: '0x279f', coin: { usd: 3000 } }],
    timeoutMs: 5_000,
    staleMs: 86_400_000,
  };
  const aegis = await running(context, { config: { gas } });
  const key = await aegis.agent('trader', { sessionBudgetUsdMicros: 10_000_000 });
  const ask = async (metadata: object | undefined, more: object = {}) => {
    const body = { agent_id: 'trader', task_intent: 'swap', resource_type: 'gas_budget', estimated_cost_usd: 0, ...more };
    return (await aegis.ask('POST', '/api/v1/request-permission', { key, body: { ...body, ...(metadata === undefined ? {} : { metadata }) } })).body;
  };

  const granted = await ask({ chain: 'monad', gas_units: 21_000 }, { request_id: 'g-1' });
  assert.deepEqual([granted['status'], granted['remaining_budget_usd']], ['GRANTED', 7.984], JSON.stringify(granted));
  assert.deepEqual(granted['gas'], { chain: 'monad', units: '21000', fee: '672000000000000', unit: 'wei', coin_usd: 3000 });
  const { entries } = (await aegis.ask('GET', '/v1/log?type=action-decided&limit=10', { key: aegis.admin })).body as {
    entries: { body: { action: { claims: Record<string, unknown> } } }[];
  };
  const action = entries[0]!.body.action;
  assert.equal(action.claims['usdMicros'], 2_016_000);
  assert.deepEqual(action.claims['gas'], { chain: 'monad', units: '21000', fee: '672000000000000', unit: 'wei', coinUsd: 3000 });

  tip = hex(900_000_000_000);
  const again = await ask({ chain: 'monad', gas_units: 21_000 }, { request_id: 'g-1' });
  assert.deepEqual(
    [again['status'], again['remaining_budget_usd']],
    ['GRANTED', 7.984],
    'the same request is the same action, whatever gas costs by now',
  );
  const dear = await ask({ chain: 'monad', gas_units: 21_000 });
  assert.deepEqual([dear['status'], String(dear['reason']).includes('BUDGET_EXCEEDED')], ['REJECTED', true], JSON.stringify(dear));

  for (const [metadata, code] of [
    [undefined, 'PRICE_UNKNOWN'],
    [{ chain: 'monad' }, 'PRICE_UNKNOWN'],
    [{ chain: 'bitcoin', gas_units: 1 }, 'PRICE_UNKNOWN'],
    [{ chain: 7, gas_units: 1 }, 'PRICE_UNKNOWN'],
    [{ chain: 'monad', gas_units: -1 }, 'PRICE_UNKNOWN'],
    [{ chain: 'monad', transaction: {} }, 'TRANSACTION_FAILS'],
    [{ chain: 'monad', transaction: {}, gas_units: 100 }, 'TRANSACTION_FAILS'],
  ] as const) {
    const refused = await ask(metadata);
    assert.deepEqual([refused['status'], String(refused['reason']).includes(code)], ['REJECTED', true], JSON.stringify(refused));
  }
});

test('[GAS-2] without a chain configured no gas is granted, also where nothing limits dollars', async (context) => {
  const aegis = await running(context);
  const key = await aegis.agent('trader');
  const body = {
    agent_id: 'trader',
    task_intent: 'swap',
    resource_type: 'gas_budget',
    estimated_cost_usd: 0.01,
    metadata: { chain: 'sui', gas_units: 1 },
  };
  const { status, reason } = (await aegis.ask('POST', '/api/v1/request-permission', { key, body })).body;
  assert.equal(status, 'REJECTED');
  assert.match(String(reason), /The request names no chain that is configured\..*\(PRICE_UNKNOWN\)/);
});
