import fc from 'fast-check';

/**
 * What tests draw at random is the same at every run, so that a commit that was green stays green. `AEGIS_SEED=random npm test` draws anew;
 * a failure prints the seed, and `AEGIS_SEED=<seed>` draws it again.
 */
const asked = process.env['AEGIS_SEED'] ?? '1';
fc.configureGlobal({ seed: asked === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(asked) });

export { fc };
