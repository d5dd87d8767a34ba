import { memoryStore } from '../../src/log/memory.ts';
import { storeContract } from './store.contract.ts';

storeContract({ name: 'memory', durable: false, open: () => Promise.resolve(memoryStore()) });
