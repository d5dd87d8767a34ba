import type { HarnessDocs } from '../docs.ts';

const UNSEEN = 'files mentioned with `@`';

export const docs: HarnessDocs = {
  asks: 'its own question, in the modes `default`, `acceptEdits` and `plan`. In any other mode nobody may be there: it waits for Aegis',
  holds: [
    {
      variant: ', `--blocking`',
      documented: '2.1.295',
      handler: 'command',
      away: '**denied**',
      crashed: '**denied** (exit 2)',
      timedOut: '**denied**',
      unseen: UNSEEN,
    },
    {
      variant: ', plain, or older',
      documented: '2.0',
      handler: 'command',
      away: '**denied**',
      crashed: '**denied** (exit 2)',
      timedOut: 'runs',
      unseen: UNSEEN,
    },
    {
      variant: ', `--handler http --blocking`',
      documented: '2.1.295',
      handler: 'http',
      away: '**denied**',
      crashed: 'no process to crash',
      timedOut: '**denied**',
      unseen: UNSEEN,
    },
    {
      variant: ', `--handler http`',
      documented: '2.1',
      handler: 'http',
      away: 'runs',
      crashed: 'no process to crash',
      timedOut: 'runs',
      unseen: UNSEEN,
    },
  ],
  tried: '2.1.330',
};
