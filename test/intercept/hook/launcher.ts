import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ANSWER_KEY, identified } from '../../client/answer-key.ts';

export const LAUNCHER = fileURLToPath(new URL('../../../bin/aegis-hook.mjs', import.meta.url));

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command with the event on its standard input. */
export function ran(command: readonly string[], input: string, started?: (child: ChildProcess) => void): Promise<Said> {
  return new Promise((resolve, reject) => {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    started?.(child);
    child.stdin.end(input);
  });
}

export interface Place {
  readonly folder: string;
  settings(terms: Readonly<Record<string, unknown>>): string;
}

export function place(context: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'aegis-hook-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  let made = 0;
  return {
    folder,
    settings: (terms) => {
      const path = join(folder, `settings-${String(made++)}.json`);
      writeFileSync(
        path,
        JSON.stringify({
          key: 'aegis_agent_x',
          answerKey: ANSWER_KEY,
          onUnavailable: 'deny',
          deadlineMs: 20_000,
          journal: join(folder, 'journal.jsonl'),
          ...terms,
        }),
        {
          mode: 0o600,
        },
      );
      return path;
    },
  };
}

/** A port on loopback that says who it is, as a daemon does, and answers each connection as `speak` does then. */
export async function stub(context: TestContext, speak: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    identified(socket, speak);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}`;
}

export const reply = (status: string, body: string, length = Buffer.byteLength(body)): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${String(length)}\r\nconnection: close\r\n\r\n${body}`;
