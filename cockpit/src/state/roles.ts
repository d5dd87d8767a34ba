import type { Login } from './shapes.ts';

/** Who may grant, refuse and halt; the daemon checks it again. */
export const mayDecide = ({ role }: Login): boolean => role === 'operator' || role === 'admin';
