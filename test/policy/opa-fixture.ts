import { gzipSync } from 'node:zlib';

/*
 * A policy in the OPA wasm ABI (1.2), put together by hand: there is no Rego compiler in this repository's dependencies.
 * Values are addresses of JSON text, so parsing and dumping are the identity; opa_eval answers `hit` when the input holds a `!`.
 * https://www.openpolicyagent.org/docs/wasm
 */

export interface OpaTerms {
  readonly hit: string;
  readonly miss: string;
  readonly builtins?: string;
  readonly entrypoints?: string;
}

const AT = { builtins: 16, entrypoints: 512, hit: 1024, miss: 2048, heap: 8192 } as const;
const I32 = 0x7f;
const END = 0x0b;

export function opaWasm({ hit, miss, builtins = '{}', entrypoints = '{"aegis/allow":0}' }: OpaTerms): Uint8Array {
  const answer = (value: number): number[] => body([], [0x41, ...signed(value), END]);
  const types = [type([], [I32]), type([I32], [I32]), type([I32, I32], [I32]), type([I32], []), type(Array<number>(7).fill(I32), [I32])];
  const functions = [
    { name: 'builtins', type: 0, code: answer(AT.builtins) },
    { name: 'entrypoints', type: 0, code: answer(AT.entrypoints) },
    { name: 'opa_json_dump', type: 1, code: body([], [0x20, 0, END]) },
    { name: 'opa_malloc', type: 1, code: answer(4096) },
    { name: 'opa_json_parse', type: 2, code: body([], [0x20, 0, END]) },
    { name: 'opa_heap_ptr_get', type: 0, code: answer(AT.heap) },
    { name: 'opa_heap_ptr_set', type: 3, code: body([], [END]) },
    { name: 'opa_eval', type: 4, code: evaluation() },
  ];
  const exported = functions.map(({ name }, index) => [...text(name), 0, index]);
  const globals = [1, 2].map((value) => [I32, 0, 0x41, value, END]);
  const data = [
    [AT.builtins, builtins],
    [AT.entrypoints, entrypoints],
    [AT.hit, hit],
    [AT.miss, miss],
  ] as const;
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [[...text('env'), ...text('memory'), 2, 0, 1]]),
    ...section(
      3,
      functions.map((one) => [one.type]),
    ),
    ...section(6, globals),
    ...section(7, [...exported, [...text('opa_wasm_abi_version'), 3, 0], [...text('opa_wasm_abi_minor_version'), 3, 1]]),
    ...section(
      10,
      functions.map((one) => one.code),
    ),
    ...section(
      11,
      data.map(([at, json]) => [0, 0x41, ...signed(at), END, ...text(`${json}\0`)]),
    ),
  ]);
}

/** for (i = input; i < input + length; i++) if (memory[i] == '!') return hit; return miss */
function evaluation(): number[] {
  const loop = [0x20, 7, 0x20, 3, 0x20, 4, 0x6a, 0x4f, 0x0d, 1];
  const compare = [0x20, 7, 0x2d, 0, 0, 0x41, 33, 0x46, 0x04, 0x40, 0x41, ...signed(AT.hit), 0x0f, END];
  const step = [0x20, 7, 0x41, 1, 0x6a, 0x21, 7, 0x0c, 0];
  return body([[1, I32]], [0x20, 3, 0x21, 7, 0x02, 0x40, 0x03, 0x40, ...loop, ...compare, ...step, END, END, 0x41, ...signed(AT.miss), END]);
}

function type(parameters: readonly number[], results: readonly number[]): number[] {
  return [0x60, parameters.length, ...parameters, results.length, ...results];
}

function body(locals: readonly (readonly number[])[], code: readonly number[]): number[] {
  const bytes = [locals.length, ...locals.flat(), ...code];
  return [...unsigned(bytes.length), ...bytes];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const bytes = [...unsigned(items.length), ...items.flat()];
  return [id, ...unsigned(bytes.length), ...bytes];
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

/** A POSIX ustar archive of the files, gzipped. */
export function tarGz(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        0', 148);
    header.write('ustar\u000000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const content = Buffer.alloc(Math.ceil(bytes.length / 512) * 512);
    content.set(bytes);
    return [header, content];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
