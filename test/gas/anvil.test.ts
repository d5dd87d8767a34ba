import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gasPrices } from '../../src/gas/gas.ts';
import { jsonRpc } from '../../src/gas/rpc.ts';
import type { GasAsk } from '../../src/ports.ts';
import { systemClock } from '../../src/daemon/runtime.ts';

/** The program itself: its package's start script needs nothing but this path. */
function program(): string {
  const arch = process.arch === 'x64' ? 'amd64' : 'arm64';
  const system = process.platform === 'win32' ? 'win32' : process.platform;
  const from = createRequire(resolve('test/peers/package.json')).resolve(`@foundry-rs/anvil-${system}-${arch}/package.json`);
  return join(from, '../bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil');
}

async function anvil(context: Pick<TestContext, 'after'>): Promise<string> {
  const node = spawn(program(), ['--host', '127.0.0.1', '--port', '0', '--chain-id', '10143'], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(async () => {
    node.kill('SIGKILL');
    if (node.exitCode === null && node.signalCode === null) await once(node, 'exit');
  });
  for await (const line of createInterface(node.stdout)) {
    const found = /Listening on (127\.0\.0\.1:\d+)/.exec(line);
    if (found !== null) {
      node.stdout.resume();
      return `http://${found[1] ?? ''}/`;
    }
  }
  throw new Error('anvil did not start');
}

test('[GAS-3] a real node: what a transaction is priced at is what it burns, and one that reverts fails', async (context) => {
  const rpc = await anvil(context);
  const call = jsonRpc(rpc, { timeoutMs: 30_000 });
  const [from, to] = (await call('eth_accounts', [])) as [string, string];
  const chains = [{ name: 'local', kind: 'evm' as const, rpc, identity: '0x279f', coin: { usd: 1 } }];
  const prices = gasPrices({ gas: { chains, timeoutMs: 30_000, staleMs: 3_600_000 } }, systemClock, {});
  const price = (ask: Partial<GasAsk>) => prices.price({ chain: 'local', ...ask });

  const transaction = { from, to, value: '0x64' };
  const asked = await price({ transaction });
  assert.ok('quote' in asked, JSON.stringify(asked));
  assert.deepEqual([asked.quote.units, asked.quote.simulated], ['21000', 'succeeds']);
  const tip = await call('eth_maxPriorityFeePerGas', []);
  const hash = await call('eth_sendTransaction', [{ ...transaction, maxPriorityFeePerGas: tip, maxFeePerGas: '0x174876e800' }]);
  const receipt = (await call('eth_getTransactionReceipt', [hash])) as { gasUsed: string; effectiveGasPrice: string };
  assert.equal(BigInt(asked.quote.fee), BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice));

  // PUSH1 0 PUSH1 0 REVERT, as the code of a contract that is made.
  assert.deepEqual(await price({ transaction: { from, data: '0x60006000fd' } }), { fault: 'fails' });
  const wrong = gasPrices({ gas: { chains: [{ ...chains[0]!, identity: '0x1' }], timeoutMs: 30_000, staleMs: 3_600_000 } }, systemClock, {});
  assert.deepEqual(await wrong.price({ chain: 'local', units: 21_000n }), { fault: 'other-chain' });
});
