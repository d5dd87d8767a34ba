/**
 * Every coded error Aegis may answer with, one registry (pinned by test/pins/errors.test.ts, documented by generation).
 * `{name}` in a template is filled from the details, `{name|s}` with milliseconds as whole seconds; details are never secrets.
 */
export const ERRORS = {
  BODY_INVALID_JSON: {
    status: 400,
    message: 'The body is not strict JSON: {detail}',
    hint: 'Send one UTF-8 JSON value without duplicate keys, lone surrogates or numbers beyond 2^53.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    message: 'The body is larger than {limit} bytes',
    hint: 'Send less, or raise limits.bodyBytes in the configuration.',
  },
  BODY_TOO_DEEP: { status: 400, message: 'The body is nested more than {limit} levels deep', hint: 'Flatten the arguments.' },
  BODY_TOO_MANY_KEYS: { status: 400, message: 'The body has more than {limit} keys', hint: 'Split the request.' },
  REQUEST_INVALID: { status: 400, message: '{detail}', hint: 'See /openapi.json for the shape of this request.' },
  MEDIA_TYPE: { status: 415, message: 'Content-Type must be application/json', hint: 'Set the header Content-Type: application/json.' },
  HOST_REFUSED: {
    status: 403,
    message: 'This Host or Origin is not allowed',
    hint: 'Use the address Aegis printed at start, or add the name to server.hosts or server.origins.',
  },
  UNAUTHENTICATED: {
    status: 401,
    message: 'The key is missing or not valid',
    hint: 'Send Authorization: Bearer <key>; `aegis agents add` makes an agent key.',
  },
  CSRF_REFUSED: {
    status: 403,
    message: 'This request comes from a browser login and lacks its token',
    hint: 'Send the `csrf` of the login answer in the header Aegis-Csrf; log in again if it is lost.',
  },
  LOGIN_REFUSED: {
    status: 401,
    message: 'This {what} does not log anybody in',
    hint: 'A link works once, within 10 minutes: `aegis open` makes a new one. An operator’s key works as often as needed.',
  },
  FORBIDDEN: { status: 403, message: 'The role {role} may not do this', hint: 'Ask for a key with the role {needs}.' },
  NOT_FOUND: { status: 404, message: 'There is no {what} with this id', hint: 'Check the id; another tenant’s ids are never shown.' },
  UNKNOWN_AGENT: { status: 403, message: 'The agent {agent} is not registered', hint: 'Register it with POST /v1/agents or POST /api/v1/handshake.' },
  AGENT_MISMATCH: {
    status: 403,
    message: 'This key belongs to the agent {agent}, so it cannot act for another agent',
    hint: 'Leave `agent` out, or use the key of the agent it names.',
  },
  METHOD_NOT_ALLOWED: { status: 405, message: 'This route does not accept {method}', hint: 'Use {allow}.' },
  ROUTE_NOT_FOUND: { status: 404, message: 'No such route', hint: 'See /openapi.json for every route.' },
  REQUEST_TIMEOUT: { status: 408, message: 'The request did not arrive in time', hint: 'Send the whole request at once.' },
  CONFLICT: { status: 409, message: '{detail}', hint: 'Read the current state and try again.' },
  IDEMPOTENCY_MISMATCH: { status: 409, message: 'The action id {id} was already used with other arguments', hint: 'Use a new id for a new action.' },
  OWNER_AMBIGUOUS: {
    status: 409,
    message: 'More than one agent has the {what} `{id}`: {agents}',
    hint: 'Name the agent: `?agent=` in a request, `--agent` on the command line.',
  },
  APPROVAL_NOT_PENDING: {
    status: 409,
    message: 'This approval is already {status}',
    hint: 'It cannot be decided again. To try again, the agent has to ask again.',
  },
  APPROVAL_EXPIRED: { status: 410, message: 'This approval expired', hint: 'The action was denied. To try again, the agent has to ask again.' },
  INTERRUPTED: {
    status: 500,
    message: 'An error inside Aegis interrupted this request',
    hint: 'This answer is no permission. The log says whether the action was allowed before. Ask the operator to look at the daemon’s own output, then try again.',
  },
  GATE_CLOSED: {
    status: 503,
    message: 'The log cannot be written, so nothing is decided: {detail}',
    hint: 'Free disk space or repair the store; then Aegis continues by itself. `aegis doctor` says more.',
  },
  RATE_LIMITED: { status: 429, message: 'Too many requests from this key', hint: 'Wait {retryAfterMs|s} s. A refused request is never an allow.' },
  POLICY_INVALID: {
    status: 422,
    message: '{faults} in the policy document{first}',
    hint: 'Nothing was changed. `aegis policy check <file>` shows each fault with its line.',
  },
  POLICY_NOT_IN_FORCE: {
    status: 409,
    message: '{asked} is for the first start of a store; the policy in force here is {name} ({digest}, since {at})',
    hint: 'Start without this setting, then switch with `{command}`.',
  },
  CONFIG_INVALID: {
    status: 500,
    message: 'The configuration is wrong: {detail}',
    hint: 'See docs/how-to/configure.md: it lists every setting with its values.',
  },
  STORE_ROLLED_BACK: {
    status: 503,
    message: 'The store is older than its last checkpoint ({detail})',
    hint: 'It was restored from a backup, or cut short. Look at it with `aegis log verify`, then accept it with `aegis recover`.',
  },
  STORE_HELD: {
    status: 503,
    message: 'The store {path} is held by {holder}, and cannot be shared: {detail}',
    hint: 'Stop that process first, or use another folder with `--data`.',
  },
  STORE_CORRUPT: {
    status: 503,
    message: 'The log does not verify at entry {index}: {detail}',
    hint: 'Do not write to it. `aegis log verify` names the first bad entry.',
  },
  FOLDER_UNUSABLE: {
    status: 500,
    message: 'The folder {path} cannot be used: {detail}',
    hint: 'Name a folder this user may write: --data or dataDir for the store, --checkpoints or checkpointDir for its signed checkpoints.',
  },
  STORE_INCOMPLETE: {
    status: 503,
    message: 'The store is incomplete: {detail}',
    hint: 'Restore the file from a backup. If it is lost for good, accept that on record: `aegis recover --reason "…"`.',
  },
  STORE_UNREADABLE: {
    status: 503,
    message: 'The log {path} cannot be read: {detail}',
    hint: 'Name the data folder of Aegis with --data. Nothing was changed there.',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    message: 'The store cannot be written: {detail}',
    hint: 'Nothing of this request was recorded. Free space or repair the disk; the store opens again by itself.',
  },
  NOT_SUPPORTED: { status: 501, message: '{detail}', hint: 'See docs/limits.md.' },
  PROVIDER_KEY_MISSING: {
    status: 401,
    message: 'There is no key for {provider}: the proxy has none, and the request has only the Aegis key',
    hint: 'Give the proxy a key (llm.{provider}.key in the configuration), or send the provider’s key as usual and put the Aegis key into the base URL: <proxy>/key/<agent’s key>.',
  },
  UPSTREAM_INVALID: {
    status: 502,
    message: 'The model provider answered something that cannot be read safely: {detail}',
    hint: 'The unreadable part was not passed on. Try again; if it happens again, look at the provider and at docs/limits.md.',
  },
  UPSTREAM_UNREACHABLE: {
    status: 502,
    message: 'The model provider did not answer: {detail}',
    hint: 'Check the provider’s address under llm in the configuration and the network; the request may be tried again.',
  },
  UPSTREAM_TIMEOUT: {
    status: 504,
    message: 'The model provider was silent for {seconds} s {place}',
    hint: 'Aegis stopped waiting; the provider may still have processed the request. Try again, or raise llm.headersMs or llm.idleMs in the configuration.',
  },
  ROUTE_UNINSPECTED: {
    status: 403,
    message: 'The model proxy cannot inspect {what}, so it does not pass it on',
    hint: 'See docs/how-to/govern-a-model-stream.md for what is inspected. `llm.uninspected: pass` lets the rest through, recorded as not inspected.',
  },
  CODING_UNKNOWN: { status: 415, message: 'The content coding {coding} cannot be read', hint: 'Send identity, gzip, deflate, br or zstd.' },
  LISTEN_FAILED: {
    status: 500,
    message: 'Cannot listen at {address}: {detail}',
    hint: 'To go on: {next}.',
  },
  MCP_MESSAGE: {
    status: 400,
    message: 'This is not an MCP message: {detail}',
    hint: 'Send one JSON-RPC 2.0 message in strict JSON.',
  },
  MCP_SERVER_GONE: {
    status: 502,
    message: 'The MCP server gave no answer: {detail}',
    hint: 'Whether it was done is not known. Look at the server’s own log, then restart the server.',
  },
  MCP_UNREACHABLE: {
    status: 502,
    message: 'The MCP server cannot be reached ({detail}); nothing was done',
    hint: 'Start the server, or correct its address under mcp.servers or --url.',
  },
  MCP_SERVER_REFUSED: {
    status: 502,
    message: 'The MCP server refused the request with HTTP {status}; nothing was done',
    hint: 'Look at the server’s own log; Aegis allowed the request.',
  },
  MCP_CREDENTIALS_REFUSED: {
    status: 502,
    message: 'The MCP server refused the credentials that Aegis holds for it (HTTP {status}); nothing was done',
    hint: 'The agent’s own key is not the cause. An operator has to update the variable named in mcp.servers or --header.',
  },
  MCP_BUSY: {
    status: 503,
    message: 'The MCP server accepts no requests now (HTTP {status}); nothing was done',
    hint: 'Try again later; Retry-After says when, if the server did.',
  },
  MCP_TIMEOUT: {
    status: 504,
    message: 'The MCP server took longer than {ms} ms',
    hint: 'Whether it was done is not known. The policy sets the time: obligations.timeoutMs.',
  },
  MCP_TAKEN_BACK: {
    status: 409,
    message: 'The request was cancelled before it was forwarded; nothing was done',
    hint: 'Send it again if you still want it.',
  },
  MCP_SESSION_LOST: {
    status: 404,
    message: 'The MCP server no longer knows this session; nothing was done',
    hint: 'Start a new session with initialize.',
  },
  MCP_TOOL_LIST: {
    status: 502,
    message: 'The MCP server’s list of tools cannot be used: {detail}',
    hint: 'Only this server is affected. Its list must end and hold at most 512 tools.',
  },
  MCP_UNRECORDED: {
    status: 503,
    message: 'The server answered, but Aegis could not record it, so the answer is withheld: {detail}',
    hint: 'The action was forwarded and may have been done. Check before repeating it.',
  },
  AEGIS_UNREACHABLE: {
    status: 503,
    message: 'Aegis does not answer, so nothing is allowed: {detail}',
    hint: 'Start it with `aegis up`, or set AEGIS_URL to where it runs.',
  },
  AEGIS_REFUSED: {
    status: 403,
    message: 'Aegis refused with {code}: {detail}',
    hint: 'AEGIS_KEY must be the key of a registered agent; `aegis agents add` makes one.',
  },
  RUN_FAILED: {
    status: 503,
    message: 'The command was not run, or not to its end: {detail}',
    hint: '`aegis doctor` says what this machine can contain a command with.',
  },
  RUN_HALTED: {
    status: 409,
    message: 'The command was not run: {detail}',
    hint: 'An operator resumes the agent: `aegis resume agent <id> --reason <text>`.',
  },
  COMMAND_NOT_FOUND: { status: 404, message: 'There is no command `{command}`', hint: 'Check its spelling and PATH.' },
  COMMAND_CANNOT_RUN: {
    status: 409,
    message: 'The command `{command}` cannot be run: {detail}',
    hint: 'Check that it is a program and may be executed.',
  },
  INTERNAL: {
    status: 500,
    message: 'An error inside Aegis; the action was not allowed',
    hint: 'The daemon’s own output has the details under the same request id.',
  },
} as const satisfies Record<string, { readonly status: number; readonly message: string; readonly hint: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** The one error type that crosses rooms. Everything else that is thrown is a broken invariant. */
export class AegisError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly hint: string;
  readonly details: Readonly<Record<string, string | number>>;
  /** RFC 6901 pointer into the request, where the fault has a place. */
  readonly pointer?: string;

  constructor(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}, pointer?: string) {
    const entry = ERRORS[code];
    super(fill(entry.message, details));
    this.name = 'AegisError';
    this.code = code;
    this.status = entry.status;
    this.hint = fill(entry.hint, details);
    this.details = details;
    if (pointer !== undefined) this.pointer = pointer;
  }
}

function fill(template: string, details: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)(\|s)?\}/g, (whole, name: string, seconds: string | undefined) => {
    if (!Object.hasOwn(details, name)) return whole;
    return seconds === undefined ? String(details[name]) : String(Math.ceil(Number(details[name]) / 1_000));
  });
}
