/**
 * One bank agent as its own program: a LangGraph agent with all seventeen tools. The one line that puts Aegis in between is `auto()`;
 * who it is comes from AEGIS_URL, AEGIS_KEY, AEGIS_AGENT and AEGIS_SESSION.
 *
 *   node examples/bank/agent.ts "<prompt>"
 */
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { ChatOpenAI } from '@langchain/openai';
import { auto } from '../../sdk/typescript/src/index.ts';
import { STAFF } from './staff.ts';
import { bankTools } from './tools.ts';

const aegis = auto();

const staff = STAFF.find(({ id }) => id === aegis.agent);
const prompt = process.argv[2];
if (staff === undefined || prompt === undefined) {
  console.error(`usage: AEGIS_AGENT=${STAFF.map(({ id }) => id).join('|')} node examples/bank/agent.ts "<prompt>"`);
  process.exit(2);
}

const agent = createReactAgent({
  llm: new ChatOpenAI({ model: process.env['OPENAI_MODEL'] ?? 'gpt-4o-mini', maxRetries: 0 }),
  tools: [...bankTools],
  prompt: `You are the ${staff.title} agent of a bank. You work on customer ${String(staff.customer)}.`,
});
const input = { messages: [{ role: 'user', content: prompt }] };
const limits = { recursionLimit: 60 };
if (staff.streaming) {
  // `messages` streams the model's tokens, and so OpenAI's SSE wire format.
  for await (const [chunk] of await agent.stream(input, { ...limits, streamMode: 'messages' })) {
    if (typeof chunk.content === 'string' && chunk.getType() === 'ai') process.stdout.write(chunk.content);
  }
  process.stdout.write('\n');
} else {
  const { messages } = await agent.invoke(input, limits);
  console.log(String(messages.at(-1)?.content));
}
