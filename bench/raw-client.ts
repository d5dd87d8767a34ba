import { connect } from 'node:net';

/** One kept connection that costs the machine next to nothing: it writes what it is given and waits for the whole answer. */
export interface RawClient {
  /** Resolves when the answer is there. @throws Error for any status but 200 */
  act(action: object): Promise<void>;
  close(): void;
}

export function rawClient(url: string, key: string): Promise<RawClient> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  let said = '';
  let waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null = null;
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    said += chunk;
    const head = said.indexOf('\r\n\r\n');
    const length = head < 0 ? undefined : /content-length: (\d+)/i.exec(said)?.[1];
    if (length === undefined || said.length < head + 4 + Number(length)) return;
    const answer = said;
    said = '';
    if (answer.startsWith('HTTP/1.1 200 ')) waiting?.resolve();
    else waiting?.reject(new Error(answer));
  });
  socket.on('error', (error) => waiting?.reject(error));
  const client: RawClient = {
    act: (action) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        const body = JSON.stringify(action);
        const head = `POST /v1/actions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`;
        socket.write(`${head}content-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`);
      }),
    close: () => socket.destroy(),
  };
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(client));
    socket.once('error', reject);
  });
}
