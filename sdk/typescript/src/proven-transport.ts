import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { prover, type Prover } from './answer-proof.ts';
import { MOST_CHARACTERS, type RawAnswer, type Way } from './way.ts';

const IDENTITY = '/v1/identity';
const MOST_IDENTITY = 16_384;

/**
 * HTTP to the daemon whose answer key is known: each connection proves whose it is before it is told the agent's key, and each answer that it is
 * the daemon's to this very question.
 */
export function provenTransport(base: string, key: string, answerKey: string): Way {
  const place = new URL(base);
  const proofs = prover(answerKey, place.host);
  const agent = new Agent({ keepAlive: true, timeout: 30_000 });
  agent.createConnection = (_options, done) => {
    provenSocket(place, proofs).then(
      (socket) => done?.(null, socket),
      (error: unknown) => done?.(error as Error, undefined as never),
    );
    return undefined;
  };
  const folder = place.pathname.replace(/\/+$/, '');
  return ({ method, path, body }, signal) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const asked = proofs.ask({ method, path, body: text });
      const content = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const headers = { authorization: `Bearer ${key}`, 'aegis-nonce': asked.nonce, ...content };
      const sent = request(`http://${place.host}${folder}${path}`, { method, headers, agent, signal }, (answer) => {
        whole(answer)
          .then((bytes) => {
            const status = answer.statusCode ?? 0;
            const fault = asked.faultIn({ status, body: bytes, proof: one(answer.headers['aegis-answer']) });
            if (fault !== null) throw stranger(base, fault);
            const retryAfter = answer.headers['retry-after'];
            resolve({ status, body: JSON.parse(new TextDecoder().decode(bytes)) as unknown, retryAfter } satisfies RawAnswer);
          })
          .catch(reject);
      });
      sent.on('error', reject);
      sent.end(text);
    });
}

const stranger = (base: string, why: string): Error =>
  new Error(
    `what answers at ${base} is not the Aegis this agent knows: ${why} (NOT_AEGIS). See who listens on that port, then \`npx aegis identity\``,
  );

const one = (value: string | readonly string[] | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

async function whole(answer: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer) {
    parts.push(part as Uint8Array);
    length += (part as Uint8Array).length;
    // Leaving the loop ends the connection.
    if (length > MOST_CHARACTERS) throw new Error('the answer is too long');
  }
  return Buffer.concat(parts);
}

function provenSocket(place: URL, proofs: Prover): Promise<Socket> {
  const secure = place.protocol === 'https:';
  const port = Number(place.port === '' ? (secure ? 443 : 80) : place.port);
  const host = place.hostname.replace(/^\[|\]$/g, '');
  const socket: Socket = secure ? connectTls({ host, port, servername: host }) : connect({ host, port, noDelay: true });
  const asked = proofs.ask({ method: 'GET', path: IDENTITY, body: '' });
  return new Promise((resolve, reject) => {
    let held = Buffer.alloc(0);
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const ended = (): void => fail(new Error('it broke off its answer'));
    const read = (chunk: Buffer): void => {
      held = Buffer.concat([held, chunk]);
      if (held.length > MOST_IDENTITY) return fail(stranger(place.origin, 'its answer is not one of Aegis'));
      const answer = answerIn(held);
      if (answer === null) return;
      const fault = asked.faultIn(answer) ?? (answer.status === 200 ? null : `it says who it is with status ${answer.status}`);
      if (fault !== null) return fail(stranger(place.origin, fault));
      socket.off('data', read).off('error', fail).off('close', ended).setTimeout(0);
      resolve(socket);
    };
    socket.on('data', read).on('error', fail).on('close', ended);
    socket.setTimeout(10_000, () => fail(new Error('it does not say who it is')));
    // A failure later on is its user's to hear; until there is one it ends nothing.
    socket.on('error', () => undefined);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.write(`GET ${IDENTITY} HTTP/1.1\r\nhost: ${place.host}\r\naegis-nonce: ${asked.nonce}\r\n\r\n`);
    });
  });
}

function answerIn(held: Buffer): { readonly status: number; readonly body: Uint8Array; readonly proof: string | undefined } | null {
  const end = held.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [line = '', ...lines] = held.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Map(lines.map((each) => [each.slice(0, each.indexOf(':')).toLowerCase(), each.slice(each.indexOf(':') + 1).trim()]));
  const body = held.subarray(end + 4);
  const length = Number(headers.get('content-length') ?? 0);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0);
  return body.length < length ? null : { status, body: body.subarray(0, length), proof: headers.get('aegis-answer') };
}
