import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TokenUsage } from '../../../src/intercept/llm/dialect/model-answer.ts';
import type { Json, JsonObject } from '../../../src/kernel/json.ts';

/** The files of conformance/dialects, as conformance/dialects/README.md describes them. */
export interface DialectCases {
  readonly dialect: string;
  readonly requests: readonly RequestCase[];
  readonly answers: readonly AnswerCase[];
}

export interface RequestCase {
  readonly name: string;
  readonly path: string;
  readonly body: JsonObject;
  readonly reads?: {
    readonly model: string;
    readonly stream: boolean;
    readonly tools: readonly string[];
    readonly providerTools: readonly { readonly type: string; readonly pointer: string }[];
    readonly maxTokens?: number;
    readonly previous?: string;
    readonly system: readonly string[];
    readonly users: readonly string[];
    readonly results: readonly { readonly callId: string; readonly value: Json; readonly failed: boolean }[];
  };
  readonly refused?: string;
}

export interface Chunk {
  readonly event?: string;
  readonly data: JsonObject | string;
}

export type CaseDecision =
  | { readonly effect: 'allow' }
  | { readonly effect: 'modify'; readonly args: JsonObject }
  | { readonly effect: 'deny' | 'ask'; readonly text: string };

export interface AnswerCase {
  readonly name: string;
  readonly whole?: JsonObject;
  readonly chunks?: readonly Chunk[];
  readonly flows?: number;
  readonly breaks?: boolean;
  readonly fails?: boolean;
  readonly reads: {
    readonly text: string;
    readonly calls: readonly { readonly id: string; readonly name: string; readonly args: JsonObject | null }[];
    readonly usage: TokenUsage;
    readonly complete: boolean;
  };
  readonly decisions?: readonly CaseDecision[];
  readonly says?: string;
  readonly leaves?: JsonObject | readonly Chunk[];
  readonly client?: { readonly text: string; readonly calls: readonly { readonly name: string; readonly args: JsonObject }[]; readonly stop: string };
}

const FOLDER = fileURLToPath(new URL('../../../conformance/dialects', import.meta.url));

export function dialectCases(): readonly DialectCases[] {
  return globSync(`${FOLDER}/*.json`)
    .filter((path) => !path.endsWith('implementations.json'))
    .toSorted()
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as DialectCases);
}
