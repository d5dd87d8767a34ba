import type { Passage } from '../http/passage.ts';
import type { Config } from '../config/schema.ts';
import { AegisError } from '../errors.ts';
import type { ActionGate } from '../gate/action-gate.ts';
import type { LogGate } from '../gate/log-gate.ts';
import type { ToolGate } from '../gate/tool-gate.ts';
import { processTimers } from '../gate/timers.ts';
import { createGateway } from '../intercept/mcp/http/gateway.ts';
import { credential } from '../intercept/mcp/http/headers.ts';
import { digestOf } from '../wire/digest.ts';
import { systemClock, systemRandom, uuidv7 } from './runtime.ts';
import { METHODS } from '../http/route.ts';

type Server = Config['mcp']['servers'][number];

/** The gateway route `/mcp/<name>` over the configured servers. @throws AegisError CONFIG_INVALID when a header names a variable that is not set */
export function openMcpDoor(gate: ActionGate & ToolGate & LogGate, { mcp }: Config): { readonly passage: Passage; close(): void } {
  const ids = uuidv7(systemClock, systemRandom);
  const gateway = createGateway({
    gate,
    servers: mcp.servers.map((server) => ({ name: server.name, url: server.url, headers: headersFor(server) })),
    clock: systemClock,
    after: (ms, wake) => processTimers.after(ms, wake),
    mint: () => ids.next(),
    digestOf,
    ...(mcp.answerMs === undefined ? {} : { answerMs: mcp.answerMs }),
  });
  const passage: Passage = {
    path: '/mcp/:name',
    methods: METHODS,
    role: ['agent'],
    audited: ['session-opened', 'action-decided', 'action-settled', 'content-labelled', 'tool-pinned', 'tool-quarantined', 'request-refused'],
    serve: (exchange) => gateway.serve(exchange),
  };
  return { passage, close: () => gateway.close() };
}

function headersFor({ name, headers = [] }: Server): Readonly<Record<string, string>> {
  return Object.fromEntries(
    headers.map((header) => {
      const held = credential(header.name, header.variable);
      if (held === null)
        throw new AegisError('CONFIG_INVALID', {
          detail: `mcp.servers ${name} needs the variable ${header.variable}, which is not set, is empty, or has characters a header must not have (a line break?)`,
        });
      return held;
    }),
  );
}
