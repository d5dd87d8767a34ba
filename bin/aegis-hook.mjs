/**
 * What a coding agent runs before and after a tool: hands the event to Aegis and prints the answer. Plain JavaScript without imports of its
 * own, because it starts for every call. On any failure it says no in the harness's own words and exits 2, which is where most of them stop.
 *
 *   node aegis-hook.mjs <harness> <event> <settings file>
 *
 * Settings: {url, sockets, key, answerKey, query, deadlineMs, onUnavailable: deny|allow_readonly|allow, journal}. `sockets`: places of the local
 * socket, best first; where nobody listens at one, `url` is asked, and only what is signed with `answerKey` for this very question is an answer
 * (docs/formats/answers.md). Exit codes: 0 answered, 2 refused.
 */
// An `import` of a module would read every name it exports, and node:http's load a WebSocket and a fetch nobody uses here: 40 ms of each call.
const { appendFileSync, existsSync, lstatSync, readFileSync, renameSync, rmSync } = process.getBuiltinModule('node:fs');

const [name = '', event = '', file = ''] = process.argv.slice(2);
const MOST = 1_048_576;

// What is known of each harness, made from src/intercept/hook/harness by `UPDATE_PINS=1 node --test test/intercept/hook/generated.test.ts`.
// `deny`: the answer to a deciding event that stops the call. `acknowledge`: answers to other events that are not `{}`.
// <harnesses>
const HARNESSES = {
  'claude-code': {
    session: ['session_id'],
    tool: 'tool_name',
    args: 'tool_input',
    unnamed: {},
    reading: ['Read', 'Glob', 'Grep', 'LS', 'NotebookRead'],
    started: 'SessionStart',
    deny: { PreToolUse: { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'deny', permissionDecisionReason: '{reason}' } } },
    acknowledge: {},
  },
  codex: {
    session: ['session_id'],
    tool: 'tool_name',
    args: 'tool_input',
    unnamed: {},
    reading: [],
    started: 'SessionStart',
    deny: { PreToolUse: { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'deny', permissionDecisionReason: '{reason}' } } },
    acknowledge: {},
  },
  cursor: {
    session: ['conversation_id', 'session_id'],
    tool: 'tool_name',
    args: 'tool_input',
    unnamed: { beforeShellExecution: { tool: 'Shell', args: ['command'] }, beforeReadFile: { tool: 'Read', args: ['file_path'] } },
    reading: ['Read', 'Glob', 'Grep', 'LS', 'read_file', 'codebase_search', 'list_dir'],
    started: 'sessionStart',
    deny: {
      preToolUse: { permission: 'deny', user_message: '{reason}', agent_message: '{reason}' },
      beforeShellExecution: { permission: 'deny', user_message: '{reason}', agent_message: '{reason}' },
      beforeMCPExecution: { permission: 'deny', user_message: '{reason}', agent_message: '{reason}' },
      beforeReadFile: { permission: 'deny' },
    },
    acknowledge: { beforeSubmitPrompt: { continue: true } },
  },
  gemini: {
    session: ['session_id'],
    tool: 'tool_name',
    args: 'tool_input',
    unnamed: {},
    reading: ['read_file', 'read_many_files', 'list_directory', 'search_file_content', 'glob'],
    started: 'SessionStart',
    deny: { BeforeTool: { decision: 'deny', reason: '{reason}' } },
    acknowledge: {},
  },
  copilot: {
    session: ['sessionId'],
    tool: 'toolName',
    args: 'toolArgs',
    unnamed: {},
    reading: ['view', 'glob', 'grep', 'rg'],
    started: 'sessionStart',
    deny: { preToolUse: { permissionDecision: 'deny', permissionDecisionReason: '{reason}' } },
    acknowledge: {},
  },
};
// </harnesses>

const harness = Object.hasOwn(HARNESSES, name) ? HARNESSES[name] : undefined;
let settings = { deadlineMs: 10_000, onUnavailable: 'deny' };
let input = Buffer.alloc(0);
let ended = false;

function end(text, code, said = '') {
  if (ended) return;
  ended = true;
  if (said !== '') process.stderr.write(`${said}\n`);
  process.stdout.write(text, () => process.exit(code));
}

const at = (record, key) => (record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined);

/** The daemon's own denial in this harness's words. One that is not known is told by the exit code alone. */
function denial(reason) {
  const words = JSON.stringify(at(harness?.deny, event) ?? {});
  return JSON.parse(words, (_, value) => (value === '{reason}' ? reason : value));
}

function parsed(bytes) {
  const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object');
  return value;
}

/** Nobody decided. What holds then was chosen when the hook was installed, and what is let go is written down first; not so after a refusal. */
function undecided(why, refused = false) {
  if (ended) return;
  if (harness !== undefined && at(harness.deny, event) === undefined) return end(JSON.stringify(at(harness.acknowledge, event) ?? {}), 0);
  const said = `Aegis could not decide this action, so it may not run: ${why}. Start Aegis with \`aegis up\`, or see \`aegis doctor\`.`;
  try {
    if (!refused && mayRunUndecided()) return end('{}', 0);
  } catch {
    // What cannot be read, or not be written down, does not run.
  }
  end(JSON.stringify(denial(said)), 2, said);
}

function mayRunUndecided() {
  const payload = parsed(input);
  const unnamed = at(harness.unnamed, event);
  const tool = payload[harness.tool] ?? unnamed?.tool ?? 'Shell';
  const mode = settings.onUnavailable;
  if (mode !== 'allow' && (mode !== 'allow_readonly' || !harness.reading.includes(tool))) return false;
  // The arguments stay here: a log entry cannot be erased, and they may hold anything.
  const args = payload[harness.args] ?? Object.fromEntries((unnamed?.args ?? []).map((key) => [key, payload[key]]));
  const argsDigest = process.getBuiltinModule('node:crypto').createHash('sha256').update(JSON.stringify(args)).digest('hex');
  const session = String(harness.session.map((key) => payload[key]).find((id) => id !== undefined && id !== null) ?? '').slice(0, 128);
  const entry = { action: { harness: name, event, session, name: tool, argsDigest }, effect: 'allow', mode, decidedAt: Date.now() };
  appendFileSync(settings.journal, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  return true;
}

/** The one way to Aegis: a POST, answered with a JSON object or with why there is none. */
function post(path, body, done, failed) {
  let over = false;
  // An answer that breaks off is told twice: by the error and by the end.
  const once = (then) => (said, refused) => {
    if (over) return;
    over = true;
    then(said, refused);
  };
  overSocket(settings.sockets ?? [], { path, bytes: Buffer.from(body) }, once(done), once(failed));
}

/** Failures to connect that mean that nobody listens there, or nobody this user may speak to. */
const NOBODY = ['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'EACCES'];

/** Over the first of these sockets where Aegis listens, else over HTTP. What was sent over one is never sent over the other. */
function overSocket([place, ...others], asked, done, failed) {
  if (place === undefined) return overHttp(asked, done, failed);
  const otherwise = () => overSocket(others, asked, done, failed);
  if (!existsSync(place)) return otherwise();
  if (!isSafe(place)) return failed(`other users could stand in for it at ${place}, whose folder must be yours and have mode 0700`);
  const socket = process.getBuiltinModule('node:net').connect(place);
  const parts = [];
  let size = 0;
  let sent = false;
  socket.on('connect', () => {
    sent = true;
    const hello = JSON.stringify({ aegis: 1, key: settings.key });
    const head = `${hello}\n{"id":1,"method":"POST","path":${JSON.stringify(asked.path)},"body":`;
    socket.write(Buffer.concat([Buffer.from(head), inOneLine(asked.bytes), Buffer.from('}\n')]));
  });
  socket.on('data', (part) => {
    size += part.length;
    if (size > MOST) return socket.destroy(new Error('too much'));
    parts.push(part);
    if (!part.includes(10)) return;
    socket.end();
    lineOf(Buffer.concat(parts), done, failed);
  });
  socket.on('error', (error) => {
    if (sent) return failed('its answer broke off');
    if (NOBODY.includes(error.code)) otherwise();
    else failed('it cannot be reached');
  });
  socket.on('close', () => sent && failed('its answer broke off'));
}

/** In JSON a line may end between two words only, where a space says the same. */
function inOneLine(bytes) {
  return bytes.includes(10) || bytes.includes(13) ? bytes.map((byte) => (byte === 10 || byte === 13 ? 32 : byte)) : bytes;
}

/** Nobody but this user may enter the folder a socket lies in. */
function isSafe(place) {
  const [folder, socket] = [place.slice(0, place.lastIndexOf('/')), place].map((one) => lstatSync(one, { throwIfNoEntry: false }));
  const mine = process.getuid?.();
  return socket?.isSocket() === true && socket.uid === mine && folder?.isDirectory() === true && folder.uid === mine && (folder.mode & 0o077) === 0;
}

/** The one line of the answer; anything else is none. A refusal over the socket is Aegis's own: it has no words for what it could not read. */
function lineOf(bytes, done, failed) {
  let said;
  try {
    said = parsed(bytes.subarray(0, bytes.length - 1));
  } catch {
    return failed('its answer is no JSON object');
  }
  const { id, status, body } = said;
  if (id !== 1 || Object.keys(said).length !== 3) return failed('its answer is to another request');
  if (status !== 200) return failed(`it answered with status ${status}`, status >= 400 && status < 500);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return failed('its answer is no JSON object');
  done(body);
}

function overHttp({ path, bytes }, done, failed) {
  const to = new URL(path, settings.url);
  const crypto = process.getBuiltinModule('node:crypto');
  const key = answerKey(crypto);
  if (key === null)
    return failed('its answer key is not in the hook’s settings, so over HTTP it cannot be told from another program: run `aegis hook pin`');
  const stranger = (why) =>
    failed(
      `what answers at ${to.origin} is not Aegis: ${why} (NOT_AEGIS). See who listens there: \`lsof -i tcp:${to.port || (to.protocol === 'https:' ? 443 : 80)}\``,
    );
  const proof = prover(crypto, key, to);
  connectProven(to, proof, { failed, stranger }, (socket) => {
    const { request } = process.getBuiltinModule('node:http');
    const asked = proof('POST', path, bytes);
    const headers = {
      authorization: `Bearer ${settings.key}`,
      'content-type': 'application/json',
      'content-length': bytes.length,
      'aegis-nonce': asked.nonce,
    };
    const sent = request({ method: 'POST', path, headers: { host: to.host, ...headers }, createConnection: () => socket }, (answer) => {
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
        const body = Buffer.concat(parts);
        const fault = asked.faultIn(answer.statusCode, body, answer.headers['aegis-answer']);
        if (fault !== null) return stranger(fault);
        if (answer.statusCode !== 200) return failed(`it answered with status ${answer.statusCode}`);
        try {
          done(parsed(body));
        } catch {
          failed('its answer is no JSON object');
        }
      });
    });
    sent.on('error', () => failed('its answer broke off'));
    sent.end(bytes);
  });
}

/** The daemon's public key: 32 bytes in base64url. Null for anything else. */
function answerKey({ createPublicKey }) {
  const raw = Buffer.from(String(settings.answerKey ?? ''), 'base64url');
  if (raw.length !== 32) return null;
  return createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]), format: 'der', type: 'spki' });
}

/** For each question a nonce of its own, and how its answer proves to be the daemon's. */
function prover({ hash, randomBytes, verify }, key, { host }) {
  const digest = (bytes) => hash('sha256', bytes, 'hex');
  return (method, path, bytes) => {
    const nonce = randomBytes(24).toString('base64url');
    const question = (body) => digest(`${method} ${path}\n${host}\n${body}`);
    const faultIn = (status, body, proof) => {
      const [, read, signature] = /^v1\.(read|unread)\.([\w-]{86})$/.exec(String(proof)) ?? [];
      if (signature === undefined) return 'its answer is not signed';
      const text = `aegis-answer/1\n${nonce}\n${question(read === 'read' ? digest(bytes) : 'unread')}\n${status}\n${digest(body)}\n`;
      return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))
        ? null
        : 'its answer to this question is not signed with the known key';
    };
    return { nonce, faultIn };
  };
}

/** A connection whose other end proved to be Aegis on it: before that it is told no key. */
function connectProven(to, proof, { failed, stranger }, done) {
  const port = Number(to.port || (to.protocol === 'https:' ? 443 : 80));
  const host = to.hostname.replace(/^\[|\]$/g, '');
  const secure = to.protocol === 'https:';
  const { connect } = process.getBuiltinModule(secure ? 'node:tls' : 'node:net');
  const socket = connect(secure ? { host, port, servername: host } : { host, port, noDelay: true });
  const asked = proof('GET', '/v1/identity', '');
  let held = Buffer.alloc(0);
  const fail = () => failed('it cannot be reached');
  const broke = () => failed('its answer broke off');
  const read = (part) => {
    held = Buffer.concat([held, part]);
    const end = held.indexOf('\r\n\r\n');
    const head = held.subarray(0, end < 0 ? 0 : end).toString('latin1');
    const header = (name) => new RegExp(`^${name}: *(.*?)\\r?$`, 'im').exec(head)?.[1];
    const length = Number(header('content-length') ?? 0);
    const body = held.subarray(end + 4, end + 4 + length);
    if (held.length > 16_384) return void (socket.destroy(), stranger('its answer is not one of Aegis'));
    if (end < 0 || body.length < length) return;
    socket.off('data', read).off('error', fail).off('close', broke);
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
    const fault = asked.faultIn(status, body, header('aegis-answer')) ?? (status === 200 ? null : `it says who it is with status ${status}`);
    if (fault === null) return done(socket);
    socket.destroy();
    stranger(fault);
  };
  socket.on('data', read).on('error', fail).on('close', broke);
  // Once it is proven its failures are heard by whoever asks over it.
  socket.on('error', () => undefined);
  socket.once(secure ? 'secureConnect' : 'connect', () =>
    socket.write(`GET /v1/identity HTTP/1.1\r\nhost: ${to.host}\r\naegis-nonce: ${asked.nonce}\r\n\r\n`),
  );
}

/** What was let go while Aegis was away is reported at the start of the next session; what it does not take is kept. */
function reportJournal(done) {
  const { journal } = settings;
  if (event !== harness?.started || typeof journal !== 'string' || !existsSync(journal)) return done();
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
  const path = `/v1/hooks/${name}/${event}${settings.query ?? ''}`;
  reportJournal(() => post(path, input, (answer) => end(JSON.stringify(answer), 0), undecided));
});
