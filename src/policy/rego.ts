import { createRequire } from 'node:module';
import type { Json } from '../kernel/json.ts';
import type { Opinion, Voice } from '../kernel/policy.ts';
import { outsideFacts } from './outside-facts.ts';
import { untarGz } from './tar.ts';

/** The part of @open-policy-agent/opa-wasm we use; its own types describe the asynchronous loader only. */
interface OpaModule {
  readonly loadPolicySync: (wasm: Uint8Array, memory: { readonly initial: number; readonly maximum: number }) => OpaPolicy;
}

interface OpaPolicy {
  readonly entrypoints: Readonly<Record<string, number>>;
  readonly evaluate: (input: Json, entrypoint: number) => unknown;
  readonly setData: (data: Json) => void;
  readonly mem: { readonly buffer: ArrayBuffer };
  readonly wasmInstance: { readonly exports: { readonly builtins: () => number; readonly opa_json_dump: (address: number) => number } };
}

let loaded: OpaModule | null = null;

function opa(): OpaModule {
  loaded ??= createRequire(import.meta.url)('@open-policy-agent/opa-wasm') as OpaModule;
  return loaded;
}

/** Host functions that are pure and linear. `regex.split` of the library backtracks; time, randomness and HTTP are not pure. */
const PURE_BUILTINS = new Set(['sprintf', 'json.is_valid', 'yaml.is_valid', 'yaml.marshal', 'yaml.unmarshal']);

/** 64 KiB pages: 64 MiB at most for one policy and its data. */
const MEMORY = { initial: 16, maximum: 1024 } as const;

/**
 * Loads a precompiled Rego policy: a bundle (`opa build -t wasm`, .tar.gz) or its bare .wasm. Input is the facts of the action.
 * What an entrypoint may answer: true or undefined (silent), false (deny), a list of messages (deny when any), or
 * {effect: deny|ask|allow, code?, message?}. Anything else, and any error, denies (POLICY-10).
 * @returns the voice, or a sentence saying why the file is not such a policy
 */
export function regoVoice(file: string, bytes: Uint8Array, entrypoint?: string): Voice | string {
  try {
    const unpacked = bytes[0] === 0x1f && bytes[1] === 0x8b ? bundle(bytes) : { wasm: bytes, data: null };
    const policy = opa().loadPolicySync(Uint8Array.from(unpacked.wasm), MEMORY);
    const impure = requiredBuiltins(policy).filter((name) => !PURE_BUILTINS.has(name));
    if (impure.length > 0) return `it calls ${impure.join(', ')}, which a decision may not`;
    if (unpacked.data !== null) policy.setData(unpacked.data);
    const names = Object.keys(policy.entrypoints);
    const chosen = entrypoint ?? names[0];
    if (chosen === undefined || !names.includes(chosen))
      return `there is no entrypoint ${chosen ?? ''}; the bundle has: ${names.join(', ') || 'none'}`;
    if (entrypoint === undefined && names.length > 1) return `the bundle has several entrypoints (${names.join(', ')}); name one`;
    const id = policy.entrypoints[chosen] ?? 0;
    return {
      rule: `rego:${file}`,
      speak: (action, world) => opinionOf(file, resultOf(policy.evaluate(outsideFacts(action, world), id))),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Names of the functions the wasm expects its host to provide, as it lists them itself. */
function requiredBuiltins({ wasmInstance, mem }: OpaPolicy): readonly string[] {
  const start = wasmInstance.exports.opa_json_dump(wasmInstance.exports.builtins());
  const bytes = new Uint8Array(mem.buffer);
  return Object.keys(JSON.parse(new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start)))) as object);
}

function bundle(bytes: Uint8Array): { readonly wasm: Uint8Array; readonly data: Json | null } {
  const files = untarGz(bytes);
  const wasm = files.get('policy.wasm');
  if (wasm === undefined) throw new Error('the bundle holds no policy.wasm (it was built for another target)');
  const data = files.get('data.json');
  return { wasm, data: data === undefined ? null : (JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data)) as Json) };
}

/** OPA answers with a result set: one {result} per solution, none when undefined. */
function resultOf(set: unknown): unknown {
  if (!Array.isArray(set) || set.length > 1) throw new Error('the policy did not answer with one result');
  return (set[0] as { readonly result?: unknown } | undefined)?.result;
}

function opinionOf(file: string, result: unknown): Opinion | null {
  if (result === undefined || result === true) return null;
  if (result === false) return { effect: 'deny', code: 'VOICE', message: `${file} does not allow this` };
  if (Array.isArray(result)) {
    return result.length === 0
      ? null
      : {
          effect: 'deny',
          code: 'VOICE',
          message: result
            .map((item) => text(item))
            .join('; ')
            .slice(0, 500),
        };
  }
  const said = result as { readonly effect?: unknown; readonly code?: unknown; readonly message?: unknown } | null;
  if (said?.effect === 'allow') return null;
  if (said?.effect === 'deny' || said?.effect === 'ask') {
    const code = typeof said.code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/u.test(said.code) ? said.code : 'VOICE';
    return { effect: said.effect, code, message: typeof said.message === 'string' ? said.message.slice(0, 500) : `${file} answered ${said.effect}` };
  }
  return { effect: 'deny', code: 'RULE_ERROR', message: `${file} gave an answer Aegis does not know; what is not understood is denied` };
}

function text(item: unknown): string {
  return typeof item === 'string' ? item : JSON.stringify(item);
}
