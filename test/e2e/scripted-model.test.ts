import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { scriptedModel } from '../../eval/harness/model.ts';

const COMMAND = 'echo ran';

test('[LLM-51] the scripted model that coding agents are tried against asks for its command and is then done, as the providers’ own clients read it', async (context) => {
  const model = await scriptedModel();
  context.after(() => model.close());
  model.wants(COMMAND);
  const terms = { apiKey: 'none', maxRetries: 0 };

  const openai = new OpenAI({ ...terms, baseURL: `${model.url}/v1` });
  const parameters = { type: 'object', properties: { cmd: { type: 'string' } } };
  const input = [{ role: 'user' as const, content: 'go' }];
  const tools = [{ type: 'function' as const, name: 'exec_command', strict: false, parameters }];
  const answer = await openai.responses.stream({ model: 'm', input, tools }).finalResponse();
  const item = answer.output[0];
  assert.deepEqual(item?.type === 'function_call' ? [item.name, item.arguments] : item, ['exec_command', '{"cmd":"echo ran"}']);
  assert.equal((await openai.responses.create({ model: 'm', input })).output_text, 'All done.');
  const chat = await openai.chat.completions
    .stream({ model: 'm', messages: input, tools: [{ type: 'function', function: { name: 'bash', parameters } }] })
    .finalChatCompletion();
  const called = chat.choices[0]?.message.tool_calls?.[0];
  assert.match(called?.type === 'function' ? called.function.arguments : '', /"command":"echo ran"/);

  const anthropic = new Anthropic({ ...terms, baseURL: model.url });
  const asked = { model: 'm', max_tokens: 100, messages: input, tools: [{ name: 'Bash', input_schema: { type: 'object' as const } }] };
  const block = (await anthropic.messages.stream(asked).finalMessage()).content[0];
  assert.deepEqual(block?.type === 'tool_use' ? block.input : block, { command: COMMAND, description: 'as asked' });

  const google = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: model.url } });
  const config = { tools: [{ functionDeclarations: [{ name: 'run_shell_command' }] }] };
  const said = await google.models.generateContent({ model: 'm', contents: 'go', config });
  assert.equal(said.functionCalls?.[0]?.args?.['command'], COMMAND);
  const streamed = await google.models.generateContentStream({ model: 'm', contents: 'go', config });
  for await (const part of streamed) assert.equal(part.functionCalls?.[0]?.args?.['command'], COMMAND);
});
