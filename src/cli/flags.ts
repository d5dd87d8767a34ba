import type { Config, Partly } from '../config/schema.ts';
import { CliError, EXIT } from './exit.ts';

/** Command-line options that override the configuration. */
export interface StoreFlags {
  readonly policy?: string | undefined;
  readonly port?: string | undefined;
  readonly proxyPort?: string | undefined;
  readonly host?: string | undefined;
  readonly data?: string | undefined;
  readonly checkpoints?: string | undefined;
}

export function flagsOf(options: StoreFlags): Partly<Config> {
  const server = {
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: portOf(options.port, '--port') }),
  };
  const proxy = proxyPortOf(options);
  return {
    ...(proxy === null ? {} : { llm: { port: proxy } }),
    ...(options.policy === undefined ? {} : { policy: options.policy }),
    ...(options.data === undefined ? {} : { dataDir: options.data }),
    ...(options.checkpoints === undefined ? {} : { checkpointDir: options.checkpoints }),
    ...(Object.keys(server).length === 0 ? {} : { server }),
  };
}

/** Whoever takes any free port for the one door wants no fixed one for the other. */
function proxyPortOf({ port, proxyPort }: StoreFlags): number | null {
  if (proxyPort !== undefined) return portOf(proxyPort, '--proxy-port');
  return port === '0' ? 0 : null;
}

function portOf(text: string, flag: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new CliError(EXIT.usage, 'USAGE', `\`${text}\` is not a port.`, `Give ${flag} a number from 0 to 65535; 0 takes a free one.`);
  return port;
}
