import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../../../conformance/sdk');

export type Way = 'http' | 'socket';
export type Data = Readonly<Record<string, unknown>>;

/** The keys that conformance/sdk/README.md describes. */
export interface Exchange {
  readonly optional?: boolean;
  readonly sees: { readonly method: string; readonly path: string; readonly query?: Data; readonly key?: string; readonly body?: Data };
  readonly answers: {
    readonly decision?: Data;
    readonly status?: number;
    readonly body?: unknown;
    readonly text?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly problem?: string;
    readonly detail?: string;
    readonly hint?: string;
    readonly fails?: 'closes' | 'silent';
    readonly signed?: boolean | 'other-key' | 'other-question';
    readonly after?: string;
  };
}

export interface Call {
  readonly name: string;
  readonly args: Data;
  readonly call_id?: string;
  readonly returns?: unknown;
  readonly throws?: { readonly message: string };
  readonly resource?: Data;
  readonly declaration?: Data;
}

export interface Step extends Partial<Call> {
  readonly do: string;
  readonly as?: string;
  readonly of?: string;
  readonly expect?: Data;
  readonly calls?: readonly Call[];
  readonly id?: string;
  readonly action?: string;
  readonly status?: string;
  readonly result?: unknown;
  readonly error_code?: string;
  readonly source?: string;
  readonly value?: unknown;
  readonly trusted?: boolean;
  readonly fence?: number;
  readonly ttl_ms?: number;
  readonly session?: string;
  readonly options?: Data;
  readonly exchange?: number;
  readonly lines?: readonly string[];
}

export interface Case {
  readonly id: string;
  readonly why: string;
  readonly over?: Way;
  readonly client?: Data;
  readonly env?: Readonly<Record<string, string>>;
  readonly self?: Data | readonly Data[] | null;
  readonly unordered?: boolean;
  readonly terminal?: readonly string[];
  readonly gateway: readonly Exchange[];
  readonly program: readonly Step[];
}

interface Base {
  readonly client: Data;
  readonly self: Data;
  readonly decision: Data;
  readonly problem: Data;
  readonly answerKey: { readonly seedHex: string; readonly otherSeedHex: string; readonly public: string };
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));

export const BASE = read('base.json') as Base;

export const IMPLEMENTATIONS = read('implementations.json') as Readonly<
  Record<string, { readonly omits: readonly { readonly what: string; readonly why: string }[] }>
>;

export const CASES: readonly Case[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json') && file !== 'base.json' && file !== 'implementations.json')
  .toSorted()
  .flatMap((file) => (read(file) as { readonly cases: readonly Case[] }).cases);
