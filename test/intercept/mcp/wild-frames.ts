import type { Dice } from '../../oracle/dice.ts';

/** Pieces that are put into, or in the place of, what would have been a call. */
const PIECES = [
  'good',
  'barred',
  '1',
  '"1"',
  'null',
  '-0',
  '1e999',
  '{}',
  '[]',
  '\\u0063',
  '\\ud800',
  'tools/call',
  '\n',
  '\r',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  'id',
  'method',
  'params',
  '"name":"good",',
  '"arguments":{},',
  '\u0000',
  '\ufeff',
  '\u2028',
] as const;
const IDS = ['1', '"1"', '2', '"2"', '0', '-1', 'null', '1.5', '1e3', '9007199254740993', 'true', '[1]', '{}', '""'] as const;
const NAMES = ['"good"', '"good"', '"good"', '"barred"', '"Good"', '"g\\u006fod"', '"unknown"', '"constructor"', '""', 'null', '["good"]'] as const;
const METHODS = [
  'tools/call',
  'resources/read',
  'prompts/get',
  'ping',
  'tools/list',
  'resources/list',
  'initialize',
  'logging/setLevel',
  'tools/call ',
  'Tools/Call',
  'system/run',
  'notifications/cancelled',
] as const;

/** One line of an agent that breaks every rule of the framing, and now and then keeps them. `n` makes arguments tell calls apart. */
export function wildFrame(dice: Dice, n: number): Buffer {
  const nonce = `{"n":${String(n)}}`;
  const id = (): string => (dice.chance(0.6) ? String(n) : dice.pick(IDS));
  const call = (): string => {
    if (dice.chance(0.7))
      return `{"jsonrpc":"2.0","id":${String(n)},"method":"tools/call","params":{"name":${dice.pick(NAMES)},"arguments":${nonce}}}`;
    const params = `{"name":${dice.pick(NAMES)},"arguments":${dice.pick([nonce, nonce, nonce, '{}', '[]', 'null', '{"a":1,"a":2}', '{"__proto__":{}}'])}}`;
    return `{"jsonrpc":"2.0","id":${id()},"method":"tools/call","params":${params}}`;
  };
  const other = (): string =>
    `{"jsonrpc":"2.0","id":${id()},"method":${JSON.stringify(dice.pick(METHODS))},"params":${dice.pick([nonce, '{"uri":"file:///a"}', '{"name":"good"}', '{"cursor":"x"}'])}}`;
  const twice = (member: string): string => call().replace('{', `{${member},`);
  const kinds: readonly [() => string, ...(() => string)[]] = [
    call,
    call,
    call,
    call,
    other,
    other,
    // Bytes cut out, put in, put in the place of others.
    () => edited(dice, call()),
    () => edited(dice, call()),
    // Batches, two documents on one line, one document on two.
    () => `[${Array.from({ length: 1 + dice.upTo(3) }, call).join(',')}]`,
    () => `${call()}${dice.pick(['', ' ', ','])}${call()}`,
    () => call().replace(dice.pick([',', ':', '{']), (found) => `${found}\n`),
    // A call without an id, an answer nobody asked for, one that is both; a request taken back before its time.
    () => call().replace(/"id":[^,]*,/, ''),
    () => `{"jsonrpc":"2.0","id":${id()},"result":{"content":[]}}`,
    () => call().replace('"method"', '"result":{},"method"'),
    () => `{"jsonrpc":"2.0","method":"notifications/${dice.pick(['initialized', 'progress', 'tools/call', 'message'])}","params":${nonce}}`,
    () => `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${String(Math.max(0, n - dice.upTo(4)))}}}`,
    // The same member twice, also by another spelling.
    () => twice(dice.pick(['"method":"ping"', '"id":7', '"params":{"name":"good","arguments":{}}', '"m\\u0065thod":"ping"', '"jsonrpc":"2.0"'])),
    () =>
      call().replace(
        '"arguments"',
        dice.pick(['"arguments":{"n":0},"arguments"', '"argum\\u0065nts":{"n":0},"arguments"', '"name":"good","arguments"']),
      ),
    // A state of ours that is none, answers to a question that was never put.
    () =>
      call().replace('"arguments"', `"requestState":"aegis.x","inputResponses":${dice.pick(['{}', '{"a":{"action":"accept"}}', '[]'])},"arguments"`),
    () => call().replace(nonce, `{"mcp:inputResponses":{},"n":${String(n)}}`),
    () => call().replace(nonce, `${'['.repeat(70)}${']'.repeat(70)}`),
    () => dice.pick(['', ' ', '{', '}', 'null', '"x"', '1', '[]', '{}', 'tools/call', '\u0000']),
  ];
  const bytes = Buffer.from(`${dice.pick(kinds)()}${dice.pick(['\n', '\n', '\n', '\r\n', '\n\n'])}`);
  if (dice.chance(0.05)) bytes[dice.upTo(bytes.length - 1)] = 128 + dice.upTo(128);
  return bytes;
}

function edited(dice: Dice, text: string): string {
  let now = text;
  for (let left = 1 + dice.upTo(4); left > 0; left--) {
    const at = dice.upTo(now.length + 1);
    now = `${now.slice(0, at)}${dice.chance(0.8) ? dice.pick(PIECES) : ''}${now.slice(at + dice.upTo(7))}`;
  }
  return now;
}
