import { join } from 'node:path';
import { openSqliteStore } from '../../src/log/sqlite/sqlite.ts';
import { testFolder } from './folder.ts';
import { storeContract } from './store.contract.ts';

const folder = testFolder();

storeContract({ name: 'sqlite', durable: true, open: (key) => openSqliteStore({ path: join(folder, `${key}.db`) }) });
