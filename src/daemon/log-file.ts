/** The store's file within the data folder. */
export const LOG_FILE = 'log.sqlite';
