import { setPriority } from 'node:os';
import type { FromWatcher, ToWatcher } from './messages.ts';
import { watch } from './watch.ts';
import type { Watched } from './watch.ts';

/**
 * The watching process of one run: it does nothing else, so nothing holds it up. It ends the run when whoever started it is gone, and the helper
 * ends the run when this process is.
 */
function main(): void {
  try {
    setPriority(-10);
  } catch {
    // Only root may; then it has the priority of everybody.
  }
  let watched: Watched | null = null;
  let over = false;
  const leave = (): void => process.exit(0);
  const say = (message: FromWatcher): void => {
    const last = message.from === 'ended' || message.from === 'refused';
    if (last) over = true;
    if (!process.connected) return last ? leave() : undefined;
    process.send?.(message, undefined, undefined, () => (last ? leave() : undefined));
  };
  process.on('message', (message: ToWatcher) => {
    if (message.to === 'start') {
      void watch(message.terms, say).then((made) => (watched = made), fail);
      return;
    }
    if (watched === null) return;
    if (message.to === 'signal') watched.signal(message.number);
    else if (message.to === 'stop') watched.stop(message.number);
    else if (message.to === 'use') watched.use(message.use);
    else watched[message.to]();
  });
  const fail = (error: unknown): void =>
    say({ from: 'refused', code: 'MONITOR_ERROR', message: error instanceof Error ? error.message : String(error) });
  process.on('disconnect', () => (watched === null || over ? leave() : watched.kill()));
  say({ from: 'ready' });
}

main();
