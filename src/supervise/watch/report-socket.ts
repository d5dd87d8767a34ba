import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { isObject } from '../../kernel/json.ts';
import type { Json } from '../../kernel/json.ts';
import { lineReader } from '../../wire/lines.ts';
import type { Line } from '../../wire/lines.ts';
import { parseStrict } from '../../wire/strict-json.ts';
import type { Use } from '../meter.ts';
import { readReport } from '../report.ts';

const MOST_LINE = 4_096;
/** Connections at once; one more is closed. */
const MOST_CONNECTIONS = 64;
const LIMITS = { bytes: MOST_LINE, depth: 4, keys: 32 };

export interface ReportTerms {
  readonly path: string;
  readonly key: string;
  readonly used: (use: Use) => void;
}

/** The socket programs of a run report to: the daemon's line protocol with one route, `POST /v1/report` (docs/formats/socket.md). */
export function listenForReports(terms: ReportTerms): Promise<Server> {
  const server = createServer((socket) => serve(socket, terms));
  server.maxConnections = MOST_CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(terms.path, () => {
      server.off('error', reject).on('error', () => undefined);
      server.unref();
      resolve(server);
    });
  });
}

function serve(socket: Socket, terms: ReportTerms): void {
  let known = false;
  socket.on('error', () => socket.destroy());
  const answer = (id: Json, status: number, body: unknown): void => {
    // Whoever does not read its answers may go on reporting, and is told nothing more.
    if (socket.writableLength < 65_536) socket.write(`${JSON.stringify({ id, status, body })}\n`);
  };
  const refuse = (status: number, detail: string): void => {
    answer(null, status, { detail });
    socket.end();
  };
  const take = (line: Line): void => {
    if (socket.writableEnded) return;
    const said = line.kind === 'line' ? read(line.bytes) : undefined;
    if (said === undefined || !isObject(said)) return refuse(400, 'a line is one strict JSON object of at most 4,096 bytes');
    if (!known) {
      known = said['aegis'] === 1 && typeof said['key'] === 'string' && same(said['key'], terms.key);
      return known ? undefined : refuse(401, 'the first line is {"aegis":1,"key":…} with the key of this run');
    }
    const { id, method, path, body, ...odd } = said;
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) return refuse(400, 'a request has an `id`, a whole number');
    if (method !== 'POST' || path !== '/v1/report' || Object.keys(odd).length > 0)
      return answer(id, 404, { code: 'ROUTE_NOT_FOUND', detail: 'This socket knows POST /v1/report and nothing else' });
    const report = readReport(body);
    if ('fault' in report) return answer(id, 400, { code: 'REQUEST_INVALID', detail: report.fault });
    terms.used(report.use);
    answer(id, 200, {});
  };
  const reader = lineReader(MOST_LINE, take);
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
}

function read(bytes: Uint8Array): Json | undefined {
  try {
    return parseStrict(bytes, LIMITS);
  } catch {
    return undefined;
  }
}

function same(said: string, key: string): boolean {
  const [one, other] = [Buffer.from(said), Buffer.from(key)];
  return one.length === other.length && timingSafeEqual(one, other);
}
