import { format, resolveConfig } from 'prettier';
import type { Harness } from '../../../src/intercept/hook/harness/harness.ts';
import type { Meaning } from '../../../src/intercept/hook/harness/protocol.ts';

/** What `bin/aegis-hook.mjs` knows of one harness: enough to refuse a call by itself, and to write down what it lets go. */
function launcherTerms({ protocol, readingTools }: Harness): object {
  const { members, unnamed = {} } = protocol;
  const of = (...meanings: readonly Meaning[]): readonly string[] =>
    Object.keys(protocol.events).filter((event) => meanings.some((meaning) => protocol.events[event] === meaning));
  const acknowledged = of('ran', 'failed', 'prompt', 'started', 'ended').map((event) => [event, protocol.acknowledge(event)] as const);
  return {
    session: members.session,
    tool: members.tool,
    args: members.args,
    unnamed,
    reading: readingTools,
    started: of('started')[0],
    deny: Object.fromEntries(of('decide').map((event) => [event, protocol.answer(event, { effect: 'deny', text: '{reason}' })])),
    acknowledge: Object.fromEntries(acknowledged.filter(([, answer]) => Object.keys(answer).length > 0)),
  };
}

/** The launcher's source with the table of these harnesses between its marks. */
export async function withTable(source: string, harnesses: readonly Harness[]): Promise<string> {
  const table = Object.fromEntries(harnesses.map((harness) => [harness.name, launcherTerms(harness)]));
  const [before = '', rest = ''] = source.split('// <harnesses>\n');
  const [, after = ''] = rest.split('// </harnesses>\n');
  const text = `${before}// <harnesses>\nconst HARNESSES = ${JSON.stringify(table)};\n// </harnesses>\n${after}`;
  return format(text, { ...(await resolveConfig('bin/aegis-hook.mjs')), parser: 'babel' });
}
