import { dialectContract } from './dialect.contract.ts';
import { PROVIDERS } from './providers/providers.ts';

for (const provider of PROVIDERS) dialectContract(provider);
