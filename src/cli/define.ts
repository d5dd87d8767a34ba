import type { Command } from 'commander';

/** A command's file exports one function that gives a bare commander command its arguments, options and action. */
export type Define = (command: Command) => void;
