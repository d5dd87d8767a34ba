import packageJson from '../package.json' with { type: 'json' };

/** The release, as written into `gate-opened` and shown by `aegis --version`. */
export const VERSION: string = packageJson.version;
