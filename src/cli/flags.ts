import type { Config, Partly } from '../config/schema.ts';
import { CliError, EXIT } from './exit.ts';

/** Command-line options that override the configuration. */
export interface StoreFlags {
  readonly policy?: string | undefined;
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly data?: string | undefined;
  readonly checkpoints?: string | undefined;
}

export function flagsOf(options: StoreFlags): Partly<Config> {
  const server = {
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: portOf(options.port) }),
  };
  return {
    ...(options.policy === undefined ? {} : { policy: options.policy }),
    ...(options.data === undefined ? {} : { dataDir: options.data }),
    ...(options.checkpoints === undefined ? {} : { checkpointDir: options.checkpoints }),
    ...(Object.keys(server).length === 0 ? {} : { server }),
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new CliError(EXIT.usage, 'USAGE', `--port ${text} is not a port.`, 'Give a number from 0 to 65535; 0 takes a free one.');
  return port;
}
