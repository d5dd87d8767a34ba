import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError, EXIT } from '../exit.ts';
import { HOME } from '../files.ts';

export interface Snippet {
  readonly framework: string;
  /** The command that makes it possible. */
  readonly install: string;
  readonly where: string;
  readonly code: string;
}

const AUTO = "import { auto } from '@aegis/sdk';\nauto();";

/** Package name → what to write for it. Order is the order shown. */
const FRAMEWORKS: readonly (readonly [pkg: string, framework: string])[] = [
  ['@langchain/langgraph', 'LangGraph'],
  ['@langchain/core', 'LangChain'],
  ['@openai/agents', 'OpenAI Agents'],
  ['ai', 'Vercel AI SDK'],
  ['openai', 'OpenAI'],
  ['@anthropic-ai/sdk', 'Anthropic'],
  ['@modelcontextprotocol/client', 'MCP client'],
  ['@modelcontextprotocol/sdk', 'MCP client'],
];

const PYTHON: readonly (readonly [pkg: string, framework: string])[] = [
  ['langgraph', 'LangGraph'],
  ['langchain', 'LangChain'],
  ['openai-agents', 'OpenAI Agents'],
  ['crewai', 'CrewAI'],
  ['autogen-agentchat', 'AutoGen'],
  ['pydantic-ai', 'Pydantic AI'],
  ['llama-index', 'LlamaIndex'],
  ['google-genai', 'Google GenAI'],
  ['openai', 'OpenAI'],
  ['anthropic', 'Anthropic'],
];

const GO: readonly (readonly [module: string, framework: string])[] = [
  ['github.com/openai/openai-go', 'OpenAI'],
  ['github.com/anthropics/anthropic-sdk-go', 'Anthropic'],
  ['google.golang.org/genai', 'Google GenAI'],
  ['github.com/tmc/langchaingo', 'LangChainGo'],
];

/** What to write where, for every framework the folder declares. Source code is never edited. @throws CliError BAD_PACKAGE_JSON */
export function frameworksIn(folder: string): readonly Snippet[] {
  const javascript = namedIn(dependencies(join(folder, 'package.json')), FRAMEWORKS);
  const python = namedIn(words(folder, ['pyproject.toml', 'requirements.txt'], /[A-Za-z0-9][A-Za-z0-9._-]*/g), PYTHON);
  const go = namedIn(words(folder, ['go.mod'], /[A-Za-z0-9.-]+(?:\/[A-Za-z0-9._-]+)+/g), GO);
  const sdk = { install: `npm install ${join(HOME, 'sdk/typescript')}`, where: 'before the first call of your program', code: AUTO };
  return [
    ...(javascript.length === 0 ? [] : [{ framework: javascript.join(', '), ...sdk }]),
    ...(python.length === 0 ? [] : [{ framework: `${python.join(', ')} (Python)`, ...PROXY }]),
    ...(go.length === 0 ? [] : [{ framework: `${go.join(', ')} (Go)`, ...PROXY }]),
  ];
}

/** Languages without an SDK that patches them are seen where their models are called. */
const PROXY = {
  install: 'aegis up',
  where: 'in the environment of your program, so that its models are called through Aegis',
  code: 'export OPENAI_BASE_URL=http://127.0.0.1:7412/v1\nexport ANTHROPIC_BASE_URL=http://127.0.0.1:7412\nexport GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:7412',
};

function namedIn(present: ReadonlySet<string>, known: readonly (readonly [name: string, framework: string])[]): readonly string[] {
  return [...new Set(known.filter(([name]) => present.has(name)).map(([, framework]) => framework))];
}

/** Words of a dependency file that could be package names; `langchain-openai` is another package than `openai`. Go modules lose their /v2. */
function words(folder: string, files: readonly string[], pattern: RegExp): ReadonlySet<string> {
  const texts = files.map((name) => join(folder, name)).filter((path) => existsSync(path));
  const found = texts.flatMap((path) => readFileSync(path, 'utf8').split('\n')).filter((text) => !text.trimStart().startsWith('#'));
  return new Set(
    found.flatMap((text) =>
      [...text.matchAll(pattern)].map(([word]) =>
        word
          .toLowerCase()
          .replaceAll('_', '-')
          .replace(/\/v\d+$/, ''),
      ),
    ),
  );
}

function dependencies(path: string): ReadonlySet<string> {
  if (!existsSync(path)) return new Set();
  try {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as { dependencies?: object; devDependencies?: object };
    return new Set(Object.keys({ ...manifest.devDependencies, ...manifest.dependencies }));
  } catch {
    throw new CliError(EXIT.usage, 'BAD_PACKAGE_JSON', `Cannot read ${path} as JSON.`, 'Mend it and run `aegis init` again; nothing was written.');
  }
}
