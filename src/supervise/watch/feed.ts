import { daemonClient } from '../../client/daemon-client.ts';
import { isObject } from '../../kernel/json.ts';
import type { Json } from '../../kernel/json.ts';
import type { DaemonPlace } from './messages.ts';

const AGAIN_MS = 500;

export interface FeedTerms {
  readonly daemon: DaemonPlace;
  /** The first entry that is told. */
  readonly from: number;
  readonly told: (said: Readonly<Record<string, Json>>) => void;
  /** Said once when the daemon is lost, and once when it is back. */
  readonly note: (text: string) => void;
}

/** Follows what the daemon records of this agent until it is stopped. A connection that breaks is made again from where it was. */
export function followFeed({ daemon, from, told, note }: FeedTerms): () => void {
  const client = daemonClient({ ...daemon, mostBytes: 1_048_576 });
  const stop = new AbortController();
  let next = from;
  let lost = false;
  const once = async (): Promise<void> => {
    const { status, body } = await client.stream(`/v1/runs/feed?from=${String(next)}`, stop.signal);
    if (status !== 200) throw new Error(`it answers ${String(status)}`);
    if (lost) note('the daemon is back');
    lost = false;
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('id: ')) next = Number(line.slice(4)) + 1;
        else if (line.startsWith('data: ')) tell(line.slice(6), told);
      }
    }
  };
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await once().catch((error: unknown) => {
        if (lost || stop.signal.aborted) return;
        lost = true;
        note(
          `the daemon at ${daemon.url} cannot be reached (${error instanceof Error ? error.message : String(error)}); limits that need it do not count meanwhile`,
        );
      });
      if (!stop.signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref());
    }
  };
  void run();
  return () => {
    stop.abort();
    client.close();
  };
}

function tell(text: string, told: FeedTerms['told']): void {
  const said = JSON.parse(text) as Json;
  if (isObject(said)) told(said);
}
