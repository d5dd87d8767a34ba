import type { Define } from './define.ts';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Define>;
}

/** Every command, in the order `aegis --help` lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: 'up', summary: 'run Aegis in the foreground', load: async () => (await import('./up.ts')).define },
  { name: 'proxy', summary: 'run the model proxy alone, without the API', load: async () => (await import('./proxy.ts')).define },
  {
    name: 'run',
    summary: 'run a command that is killed with everything it started when it passes a limit or is halted',
    load: async () => (await import('./run.ts')).define,
  },
  { name: 'explain', summary: 'tell how a run ended that was killed', load: async () => (await import('./explain.ts')).define },
  { name: 'demo', summary: 'see Aegis work, offline: four agents of a bank', load: async () => (await import('./demo.ts')).define },
  {
    name: 'init',
    summary: 'write a configuration and a policy, connect coding agents and MCP clients, show the line for your framework',
    load: async () => (await import('./init.ts')).define,
  },
  { name: 'hook', summary: 'check every tool call of a coding agent before it runs', load: async () => (await import('./hook.ts')).define },
  { name: 'login', summary: 'save the address and the key that other commands use', load: async () => (await import('./login.ts')).define },
  { name: 'open', summary: 'open the dashboard in a browser, logged in', load: async () => (await import('./open.ts')).define },
  { name: 'lock', summary: 'lock the saved key with a passphrase', load: async () => (await import('./lock.ts')).define },
  { name: 'unlock', summary: 'unlock the saved key in this terminal for a while', load: async () => (await import('./lock.ts')).defineUnlock },
  { name: 'identity', summary: 'print the key the daemon signs its answers with', load: async () => (await import('./identity.ts')).define },
  { name: 'doctor', summary: 'check this machine, the store and the daemon', load: async () => (await import('./doctor.ts')).define },
  { name: 'status', summary: 'show whether Aegis runs, what is waiting and what is halted', load: async () => (await import('./status.ts')).define },
  { name: 'top', summary: 'watch what agents use right now, and halt one', load: async () => (await import('./top.ts')).define },
  { name: 'agents', summary: 'list, add, show and revoke agents', load: async () => (await import('./agents.ts')).define },
  {
    name: 'actions',
    summary: 'list what agents tried and what was decided; show one in full',
    load: async () => (await import('./actions.ts')).define,
  },
  { name: 'approvals', summary: 'list what is waiting for a person; grant or refuse it', load: async () => (await import('./approvals.ts')).define },
  { name: 'halt', summary: 'stop an agent, a session or everything', load: async () => (await import('./halt.ts')).define },
  { name: 'resume', summary: 'lift a halt', load: async () => (await import('./resume.ts')).define },
  { name: 'endorse', summary: 'mark one value in one session as trusted', load: async () => (await import('./endorse.ts')).define },
  {
    name: 'operators',
    summary: 'list, add and remove people and tools with a key',
    load: async () => (await import('./operators.ts')).define,
  },
  { name: 'policy', summary: 'check, test, show, simulate and activate policies', load: async () => (await import('./policy.ts')).define },
  { name: 'log', summary: 'tail, verify, prove and export the log', load: async () => (await import('./log.ts')).define },
  { name: 'replay', summary: 'make recorded decisions again and compare them byte for byte', load: async () => (await import('./replay.ts')).define },
  { name: 'conform', summary: 'run the conformance cases and packs', load: async () => (await import('./conform.ts')).define },
  {
    name: 'costs',
    summary: 'show what was spent and reserved; or by agent, model, tool or day',
    load: async () => (await import('./costs.ts')).define,
  },
  {
    name: 'budgets',
    summary: 'show every limit, what is left of it and how long that lasts; set one',
    load: async () => (await import('./budgets.ts')).define,
  },
  { name: 'locks', summary: 'show who holds which resource and who waits for it', load: async () => (await import('./locks.ts')).define },
  {
    name: 'erase',
    summary: 'make everything about an agent or a session unreadable, for good',
    load: async () => (await import('./erase.ts')).define,
  },
  { name: 'uninstall', summary: 'undo everything that `init` and `hook install` changed', load: async () => (await import('./uninstall.ts')).define },
  { name: 'mcp', summary: 'put Aegis in front of an MCP server; review and trust its tools', load: async () => (await import('./mcp.ts')).define },
  {
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    load: async () => (await import('./completion.ts')).define,
  },
  {
    name: 'recover',
    summary: 'accept a store that disagrees with its checkpoints; the acceptance is recorded',
    load: async () => (await import('./recover.ts')).define,
  },
];
