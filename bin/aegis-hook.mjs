/**
 * What a coding agent runs before and after a tool: hands the event to Aegis and prints the answer. Plain JavaScript without imports of its
 * own, because it starts for every call. On any failure it says no in the harness's own words and exits 2, which is where most of them stop.
 *
 *   node aegis-hook.mjs <harness> <event> <settings file>
 *
 * Settings: {url, key, query, deadlineMs, onUnavailable: deny|allow_readonly|allow, journal}. Exit codes: 0 answered, 2 refused.
 */
const { appendFileSync, existsSync, readFileSync, renameSync, rmSync } = process.getBuiltinModule('node:fs');
// An `import` of node:http would read every name it exports, and load a WebSocket and a fetch nobody uses here: 40 ms of each call.
const { request: plainly } = process.getBuiltinModule('node:http');

const [harness = '', event = '', file = ''] = process.argv.slice(2);
const DECIDING = new Set(['PreToolUse', 'BeforeTool', 'preToolUse', 'beforeShellExecution', 'beforeMCPExecution', 'beforeReadFile']);
const READING = new Set(
  'Read Glob Grep LS NotebookRead view glob grep rg read_file read_many_files list_directory search_file_content codebase_search list_dir'.split(' '),
);
const MOST = 1_048_576;
let settings = { deadlineMs: 10_000, onUnavailable: 'deny' };
let input = Buffer.alloc(0);
let ended = false;

function end(text, code, said = '') {
  if (ended) return;
  ended = true;
  if (said !== '') process.stderr.write(`${said}\n`);
  process.stdout.write(text, () => process.exit(code));
}

/** The same words as the daemon's own refusal in this harness; a test holds the two together. */
function denial(said) {
  switch (harness) {
    case 'gemini':
      return { decision: 'deny', reason: said };
    case 'copilot':
      return { permissionDecision: 'deny', permissionDecisionReason: said };
    case 'cursor':
      return event === 'beforeReadFile' ? { permission: 'deny' } : { permission: 'deny', user_message: said, agent_message: said };
    default:
      return { hookSpecificOutput: { hookEventName: event, permissionDecision: 'deny', permissionDecisionReason: said } };
  }
}

function parsed(bytes) {
  const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object');
  return value;
}

/** Nobody decided. What holds then was chosen when the hook was installed, and what is let go is written down first. */
function undecided(why) {
  if (ended) return;
  if (!DECIDING.has(event)) return end(event === 'beforeSubmitPrompt' ? '{"continue":true}' : '{}', 0);
  const said = `Aegis could not decide this action, so it may not run: ${why}. Start Aegis with \`aegis up\`, or see \`aegis doctor\`.`;
  try {
    const payload = parsed(input);
    const name = payload.tool_name ?? payload.toolName ?? (event === 'beforeReadFile' ? 'Read' : 'Shell');
    const mode = settings.onUnavailable;
    if (mode === 'allow' || (mode === 'allow_readonly' && READING.has(name))) {
      // The arguments stay here: a log entry cannot be erased, and they may hold anything.
      const args = payload.tool_input ?? payload.toolArgs ?? { command: payload.command, file_path: payload.file_path };
      const argsDigest = process.getBuiltinModule('node:crypto').createHash('sha256').update(JSON.stringify(args)).digest('hex');
      const session = String(payload.session_id ?? payload.sessionId ?? payload.conversation_id ?? '').slice(0, 128);
      const entry = { action: { harness, event, session, name, argsDigest }, effect: 'allow', mode, decidedAt: Date.now() };
      appendFileSync(settings.journal, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      return end('{}', 0);
    }
  } catch {
    // What cannot be read, or not be written down, does not run.
  }
  end(JSON.stringify(denial(said)), 2, said);
}

function post(path, body, done, failed) {
  const bytes = Buffer.from(body);
  const to = new URL(path, settings.url);
  const request = to.protocol === 'https:' ? process.getBuiltinModule('node:https').request : plainly;
  const sent = request(
    to,
    { method: 'POST', headers: { authorization: `Bearer ${settings.key}`, 'content-type': 'application/json', 'content-length': bytes.length } },
    (answer) => {
      const parts = [];
      let size = 0;
      answer.on('data', (part) => {
        size += part.length;
        if (size > MOST) answer.destroy(new Error('too much'));
        else parts.push(part);
      });
      answer.on('error', () => failed('its answer broke off'));
      answer.on('aborted', () => failed('its answer broke off'));
      answer.on('end', () => {
        if (answer.statusCode !== 200) return failed(`it answered with status ${answer.statusCode}`);
        try {
          done(parsed(Buffer.concat(parts)));
        } catch {
          failed('its answer is no JSON object');
        }
      });
    },
  );
  sent.on('error', () => failed('it cannot be reached'));
  sent.end(bytes);
}

/** What was let go while Aegis was away is told at the start of the next session; what it does not take is kept. */
function tellJournal(done) {
  const { journal } = settings;
  if (event.toLowerCase() !== 'sessionstart' || typeof journal !== 'string' || !existsSync(journal)) return done();
  const taken = `${journal}.${process.pid}`;
  const keep = (lines) => {
    if (lines.length > 0) appendFileSync(journal, `${lines.join('\n')}\n`, { mode: 0o600 });
    rmSync(taken, { force: true });
    done();
  };
  try {
    renameSync(journal, taken);
    const lines = readFileSync(taken, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const entries = lines.slice(0, 1_000).map((line) => JSON.parse(line));
    post(
      '/v1/journal',
      JSON.stringify({ entries }),
      () => keep(lines.slice(1_000)),
      () => keep(lines),
    );
  } catch {
    // It stays where it is, under its second name, for a person to look at.
    done();
  }
}

const impatience = setTimeout(() => undecided('the event did not arrive in time'), 10_000);
process.on('uncaughtException', () => undecided('the hook failed'));
process.stdout.on('error', () => process.exit(2));
const parts = [];
process.stdin.on('data', (part) => parts.push(part));
process.stdin.on('error', () => undecided('the event could not be read'));
process.stdin.on('end', () => {
  if (ended) return;
  clearTimeout(impatience);
  input = Buffer.concat(parts);
  try {
    settings = { ...settings, ...parsed(readFileSync(file)) };
    setTimeout(() => undecided('it did not answer in time'), settings.deadlineMs);
  } catch {
    return undecided('the hook’s settings cannot be read');
  }
  const path = `/v1/hooks/${harness}/${event}${settings.query ?? ''}`;
  tellJournal(() => post(path, input, (answer) => end(JSON.stringify(answer), 0), undecided));
});
