/** The first signal asks for an orderly end; one that comes a second later is meant. npm and a terminal may send the same Ctrl-C twice. */
export function stopped(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        first ??= Date.now();
        if (Date.now() - first > 1000) process.exit(130);
        resolve();
      });
    starterGone(resolve);
  });
}

/**
 * Calls when the process that started this one over a channel is gone (bin/bootstrap.mjs). The channel ends with its holder, also where that
 * was killed and could pass no signal on, so that nothing goes on without it (GATE-22). Never calls where no such channel is.
 */
export function starterGone(then: () => void): void {
  const { channel } = process;
  if (channel === undefined || channel === null) return;
  process.once('disconnect', then);
  // It is listened to, and keeps no process alive.
  channel.unref();
}
