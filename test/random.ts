import fc from 'fast-check';

/**
 * What tests draw at random is the same at every run, so that a commit that was green stays green. `TEST_SEED=random npm test` draws anew;
 * a failure prints the seed, and `TEST_SEED=<seed>` draws it again. (Not `AEGIS_…`: daemons that tests start refuse settings
 * they do not know.)
 */
const asked = process.env['TEST_SEED'] ?? '1';
fc.configureGlobal({ seed: asked === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(asked) });

export { fc };
