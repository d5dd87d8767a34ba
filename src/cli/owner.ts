import { Option } from 'commander';

/** `--agent`: whose session or action is meant, where several agents have one of that name. */
export function ownerOption(what: 'action' | 'session'): Option {
  return new Option('--agent <id>', `whose ${what} is meant, where several agents have one of that name`);
}
