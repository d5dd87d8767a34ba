/** What one argument of a coding agent's own tool is. `words`: read by people or a model, or compared with text; it never runs. `typed`: typed into a shell. */
export type Declared = 'words' | 'typed';

type Tools = Readonly<Record<string, Readonly<Record<string, Declared>>>>;

const THINKING: Tools = {
  think: { thought: 'words' },
  Think: { thought: 'words' },
  sequentialthinking: { thought: 'words' },
};

/** Tools the agents themselves declare, by their exact names: which of their arguments run and which are only words (INSPECT-91). */
const AGENTS: Readonly<Record<string, Tools>> = {
  'claude-code': {
    ExitPlanMode: { plan: 'words', allowedPrompts: 'words' },
    EnterPlanMode: { reason: 'words' },
    TodoWrite: { todos: 'words' },
    TaskCreate: { subject: 'words', description: 'words', activeForm: 'words' },
    TaskUpdate: { subject: 'words', description: 'words', activeForm: 'words' },
    BashOutput: { filter: 'words' },
    TaskOutput: { filter: 'words' },
    AskUserQuestion: { questions: 'words', answers: 'words' },
    ToolSearch: { query: 'words' },
    Grep: { pattern: 'words' },
    WebSearch: { query: 'words' },
  },
  codex: {
    update_plan: { plan: 'words', explanation: 'words' },
    request_user_input: { questions: 'words' },
    write_stdin: { chars: 'typed' },
    grep_files: { pattern: 'words' },
  },
  gemini: {
    write_todos: { todos: 'words' },
    exit_plan_mode: { plan: 'words', summary: 'words' },
    enter_plan_mode: { reason: 'words' },
    ask_user: { question: 'words', questions: 'words' },
    save_memory: { fact: 'words' },
    google_web_search: { query: 'words' },
    search_file_content: { pattern: 'words' },
    grep_search: { pattern: 'words' },
  },
  copilot: {
    report_intent: { intent: 'words' },
    update_todo: { todos: 'words' },
    ask_user: { question: 'words', choices: 'words' },
    exit_plan_mode: { plan: 'words', summary: 'words' },
    store_memory: { fact: 'words', subject: 'words', reason: 'words' },
    grep: { pattern: 'words' },
    rg: { pattern: 'words' },
    write_bash: { input: 'typed' },
    write_powershell: { input: 'typed' },
  },
  cursor: {
    TodoWrite: { todos: 'words' },
    todo_write: { todos: 'words' },
    CreatePlan: { plan: 'words', overview: 'words', todos: 'words', name: 'words' },
    create_plan: { plan: 'words', overview: 'words', todos: 'words', name: 'words' },
    AskQuestion: { title: 'words', questions: 'words' },
    update_memory: { knowledge_to_store: 'words', title: 'words' },
    codebase_search: { query: 'words', explanation: 'words' },
    Grep: { pattern: 'words' },
    grep_search: { query: 'words', pattern: 'words' },
  },
};

/** Names that other people's tools have too: what those do with a text is not known. */
const ANYBODYS: ReadonlySet<string> = new Set(['grep', 'rg']);

const ALL: Tools = Object.assign({}, ...Object.values(AGENTS).map(distinct), THINKING) as Tools;

function distinct(tools: Tools): Tools {
  return Object.fromEntries(Object.entries(tools).filter(([name]) => !ANYBODYS.has(name)));
}

/** What is declared of the argument a value lies in: by the agent that calls, where a hook says which one it is. Undefined where nothing is. */
export function declaredOf(
  tool: { readonly name: string; readonly harness?: string | undefined },
  argument: string | undefined,
): Declared | undefined {
  const { name, harness } = tool;
  const last = name.slice(name.lastIndexOf('__') + 2);
  const thinking = Object.hasOwn(THINKING, last) ? THINKING[last] : undefined;
  const own = harness !== undefined && Object.hasOwn(AGENTS, harness) ? { ...AGENTS[harness], ...THINKING } : ALL;
  const declared = Object.hasOwn(own, name) ? own[name] : name.startsWith('mcp__') ? thinking : undefined;
  return argument !== undefined && declared !== undefined && Object.hasOwn(declared, argument) ? declared[argument] : undefined;
}
