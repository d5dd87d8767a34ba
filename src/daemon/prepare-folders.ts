import type { Config } from '../config/schema.ts';
import { makePrivateFolder, narrow } from '../log/private-folder.ts';
import type { OnFault } from './open-gate.ts';

/**
 * Both folders are there and private before the first byte; what an older start or a person left open is closed, and said once (LOG-35).
 * @throws AegisError FOLDER_UNUSABLE
 */
export function prepareFolders({ dataDir, checkpointDir }: Config, onFault: OnFault): void {
  for (const folder of [dataDir, checkpointDir]) makePrivateFolder(folder);
  const narrowed = narrow(dataDir);
  if (narrowed.length > 0) onFault({ what: 'files that others could read are private now', error: narrowed.join(', ') });
}
