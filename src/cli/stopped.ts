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
  });
}
