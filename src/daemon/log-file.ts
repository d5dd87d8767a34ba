/** The store's file within the data folder. */
export const LOG_FILE = 'log.sqlite';
/** What the daemons on a store say of themselves, in its folder. */
export const LEASE_FOLDER = 'daemons';
