import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Config } from '../../src/config/schema.ts';
import { gasPrices } from '../../src/gas/gas.ts';
import type { GasAsk, GasPrice } from '../../src/ports.ts';

export const NOW = Date.UTC(2026, 10, 30, 12);
const seconds = Math.floor(NOW / 1000);
export const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

/** What a server answers to a method; a function is called with the parameters, an Error is an error of JSON-RPC. */
export type Said = Readonly<Record<string, unknown>>;
export type Chain = Config['gas']['chains'][number];

/** 30 gwei for a unit in the next block, and 2 gwei of priority. */
export const EVM: Said = {
  eth_chainId: hex(10143),
  eth_getBlockByNumber: { timestamp: hex(seconds - 1), baseFeePerGas: hex(29_000_000_000) },
  eth_feeHistory: { oldestBlock: '0x1', baseFeePerGas: [hex(29_000_000_000), hex(30_000_000_000)], gasUsedRatio: [0.9] },
  eth_maxPriorityFeePerGas: hex(2_000_000_000),
  eth_gasPrice: hex(50_000_000_000),
  eth_estimateGas: hex(21_000),
};

/** Three of four blocks took 1,000 micro-lamports for a compute unit or less. */
export const SOLANA: Said = {
  getGenesisHash: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d',
  getRecentPrioritizationFees: [0, 1_000, 5_000, 0].map((prioritizationFee, at) => ({ slot: 300 + at, prioritizationFee })),
  getBlockTime: seconds - 2,
  simulateTransaction: { context: { slot: 303 }, value: { err: null, logs: [], unitsConsumed: 450_000 } },
};

export const SUI: Said = {
  sui_getChainIdentifier: '35834a8a',
  sui_getLatestCheckpointSequenceNumber: '507021',
  sui_getCheckpoint: { sequenceNumber: '507021', timestampMs: String(NOW - 500) },
  suix_getReferenceGasPrice: '750',
  sui_dryRunTransactionBlock: {
    effects: {
      status: { status: 'success' },
      gasUsed: { computationCost: '750000', storageCost: '1976000', storageRebate: '978120', nonRefundableStorageFee: '9880' },
    },
  },
};

/** A server of JSON-RPC on loopback, or of one JSON document where `said` is a string. */
export async function serve(context: Pick<TestContext, 'after'>, said: Said | string): Promise<string> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (typeof said === 'string') return response.end(said);
      const { id, method, params } = JSON.parse(Buffer.concat(pieces).toString()) as { id: number; method: string; params: unknown[] };
      const given = said[method];
      const result: unknown = typeof given === 'function' ? (given as (...all: unknown[]) => unknown)(...params) : given;
      if (result === HANGS) return undefined;
      const error = { code: -32000, message: 'no' };
      return response.end(
        JSON.stringify(result instanceof Error || given === undefined ? { jsonrpc: '2.0', id, error } : { jsonrpc: '2.0', id, result }),
      );
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

/** Never answers. */
export const HANGS = Symbol('hangs');

export interface Terms {
  readonly said?: Said;
  readonly chain?: Partial<Chain>;
  readonly timeoutMs?: number;
}

const CHAINS = { evm: { said: EVM, usd: 3000 }, solana: { said: SOLANA, usd: 145 }, sui: { said: SUI, usd: 1.1 } };

/** What a chain whose server says so asks. */
export async function price(
  context: Pick<TestContext, 'after'>,
  kind: keyof typeof CHAINS,
  ask: Partial<GasAsk>,
  terms: Terms = {},
): Promise<GasPrice> {
  const { said, usd } = CHAINS[kind];
  const rpc = await serve(context, { ...said, ...terms.said });
  const gas = { chains: [{ name: kind, kind, rpc, coin: { usd }, ...terms.chain }], timeoutMs: terms.timeoutMs ?? 5_000, staleMs: 60_000 };
  return gasPrices({ gas }, { now: () => NOW, monotonic: () => 0 }, {}).price({ chain: kind, ...ask });
}
