import type { ToolCall } from '../calls.ts';
import { isObject, toArgs } from '../json.ts';
import type { Json, JsonObject } from '../wire.ts';
import { list, text, type Dialect } from './dialect.ts';
import { atPath } from './json-path.ts';

type Mutable = Record<string, Json>;

/** Gemini: `candidates[].content.parts[].functionCall`; streamed whole, or begun with a name and continued with `partialArgs` until `willContinue` is gone. */
export const gemini: Dialect = {
  incoming(params) {
    const parts = list(params['contents'])
      .filter((content) => content['role'] !== 'model')
      .map((content) => list(content['parts']));
    return {
      users: parts.map((some) =>
        some
          .map((part) => text(part['text']))
          .filter((words) => words !== '')
          .join('\n'),
      ),
      results: parts.flat().flatMap((part) => resultOf(part['functionResponse'])),
    };
  },
  calls: (answer) => located([answer]).map(toCall),
  replace: (answer, args) => void write([answer], args),
  holds: (chunk) => partsIn(chunk).some((part) => isObject(part['functionCall'])),
  assemble: (held) => located(held).map(toCall),
  rewrite: (held, args) => write(held, args),
};

function resultOf(response: Json | undefined): readonly { callId: string; value: Json; failed: boolean }[] {
  if (!isObject(response)) return [];
  const value = response['response'] ?? null;
  return [{ callId: text(response['id']) || text(response['name']), value, failed: isObject(value) && 'error' in value }];
}

/** A call with the parts that spell it; a call without an id of its own goes by its name, as its result will. */
interface Spelled {
  readonly id: string;
  readonly name: string;
  readonly args: Mutable;
  readonly parts: JsonObject[];
}

function partsIn(answer: JsonObject): readonly JsonObject[] {
  return list(answer['candidates']).flatMap((candidate) => (isObject(candidate['content']) ? list(candidate['content']['parts']) : []));
}

function located(answers: readonly JsonObject[]): readonly Spelled[] {
  const calls: Spelled[] = [];
  const named = new Map<string, number>();
  for (const part of answers.flatMap(partsIn)) {
    const call = part['functionCall'];
    if (!isObject(call)) continue;
    const name = text(call['name']);
    // Without a name it goes on with the call before.
    if (name === '') calls.at(-1)?.parts.push(part);
    else {
      const count = (named.get(name) ?? 0) + 1;
      named.set(name, count);
      const id = text(call['id']) || (count === 1 ? name : `${name}#${String(count)}`);
      calls.push({ id, name, args: Object.assign({}, toArgs(call['args'] ?? {})), parts: [part] });
    }
    const last = calls.at(-1);
    // A piece of a call nobody began is a call of its own that is not understood: it is decided as it stands.
    if (last === undefined) calls.push({ id: 'unnamed', name: 'unnamed', args: { input: JSON.stringify(call) }, parts: [part] });
    else for (const piece of list(call['partialArgs'])) put(last.args, piece);
  }
  return calls;
}

/** Pieces of one text follow each other under the same path. */
function put(args: Mutable, piece: JsonObject): void {
  const { jsonPath, stringValue, numberValue, boolValue } = piece;
  const place = atPath(args, text(jsonPath));
  if (place === null) args['input'] = `${text(args['input'])}${JSON.stringify(piece)}`;
  else if (typeof stringValue === 'string') place.set(`${text(place.get())}${stringValue}`);
  else if ('nullValue' in piece) place.set(null);
  else place.set(numberValue ?? boolValue ?? null);
}

function toCall({ id, name, args }: Spelled): ToolCall {
  return { id, name, args };
}

/** The whole arguments ride on the part that names the call; its later parts go. */
function write(answers: readonly JsonObject[], args: ReadonlyMap<string, JsonObject>): readonly JsonObject[] {
  const gone = new Set<JsonObject>();
  for (const { id, parts } of located(answers)) {
    const decided = args.get(id);
    const [first, ...rest] = parts;
    const call = first?.['functionCall'] as Mutable | undefined;
    if (decided === undefined || call === undefined) continue;
    call['args'] = decided;
    delete call['partialArgs'];
    delete call['willContinue'];
    for (const part of rest) gone.add(part);
  }
  if (gone.size === 0) return answers;
  for (const candidate of answers.flatMap((answer) => list(answer['candidates']))) {
    const content = candidate['content'];
    if (isObject(content)) (content as Mutable)['parts'] = list(content['parts']).filter((part) => !gone.has(part));
  }
  return answers;
}
