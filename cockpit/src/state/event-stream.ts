import { Problem, refusalOf } from './ask.ts';

/** No byte for so long means that the connection is dead: the daemon says something every 15 s. */
const SILENCE_MS = 40_000;

interface Heard {
  readonly from: number | null;
  readonly signal: AbortSignal;
  /** Any byte, a heartbeat too. */
  readonly alive: () => void;
  readonly entry: (index: number, type: string) => void;
}

/** Reads the daemon's event stream until it ends. @throws Problem or whatever broke the connection */
export async function readStream({ from, signal, alive, entry }: Heard): Promise<void> {
  const silent = new AbortController();
  const response = await fetch(from === null ? '/v1/stream' : `/v1/stream?from=${String(from)}`, {
    headers: { accept: 'text/event-stream' },
    signal: AbortSignal.any([signal, silent.signal]),
  });
  if (!response.ok) throw await refusalOf(response);
  if (response.body === null) throw new Problem({ status: 0, code: 'UNREACHABLE', detail: 'The stream has no body.', hint: '' });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let [rest, id, type] = ['', -1, ''];
  for (;;) {
    const timer = setTimeout(() => silent.abort(), SILENCE_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    alive();
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('id: ')) id = Number(line.slice(4));
      else if (line.startsWith('event: ')) type = line.slice(7);
      else if (line === '' && id >= 0 && type !== '') {
        entry(id, type);
        type = '';
      }
    }
  }
}
