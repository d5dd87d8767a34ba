import { savedCredentials, saveCredentials, saveLocked } from './credentials.ts';
import { CliError, EXIT } from './exit.ts';
import { openKey } from './key-lock.ts';
import type { Define } from './define.ts';
import { whole } from './numbers.ts';
import { askPassphrase } from './passphrase.ts';
import { json, line } from './print.ts';
import { hasTerminal } from './presence.ts';
import { forgetUnlocked, keepUnlocked } from './unlocked.ts';

const NEEDS = (what: string): CliError =>
  new CliError(EXIT.refused, 'NEEDS_TERMINAL', `${what} at a terminal only.`, 'Run it where you can type the passphrase.');

/** `aegis lock`: the saved key behind a passphrase; `--remove` takes it off again. */
export const define: Define = (command) => {
  command
    .option('--remove', 'remove the passphrase')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ aegis lock\n  $ aegis lock --remove')
    .action((options: { remove?: true; json?: true }) => {
      const saved = savedCredentials();
      if (saved === undefined) throw new CliError(EXIT.refused, 'NO_KEY', 'No key is kept here.', 'Run `aegis login <token>` first.');
      if (options.remove === true) {
        if (saved.locked === undefined) throw new CliError(EXIT.conflict, 'NOT_LOCKED', 'The saved key is not locked.', '`aegis lock` locks it.');
        const { locked, ...rest } = saved;
        saveCredentials({ ...rest, key: opened(locked) });
      } else {
        if (saved.key === undefined)
          throw new CliError(EXIT.conflict, 'LOCKED_ALREADY', 'The saved key is locked already.', '`aegis lock --remove` takes the lock off.');
        const passphrase = newPassphrase();
        if (passphrase === null) throw NEEDS('A passphrase is chosen');
        const { key, ...rest } = saved;
        saveLocked(rest, key, passphrase);
      }
      // What was unlocked before is not any longer.
      forgetUnlocked();
      const isLocked = options.remove !== true;
      if (options.json === true) return json({ locked: isLocked });
      line(
        isLocked
          ? 'Locked. Commands that need the key ask for the passphrase; `aegis unlock` opens it for this terminal.'
          : 'The key is kept without a passphrase.',
      );
    });
};

/** `aegis unlock`: for this terminal and a stated time. */
export const defineUnlock: Define = (command) => {
  command
    .option('--for <minutes>', 'how long', whole(1, 480), 15)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ aegis unlock\n  $ aegis unlock --for 60')
    .action((options: { for: number; json?: true }) => {
      const locked = savedCredentials()?.locked;
      if (locked === undefined) throw new CliError(EXIT.conflict, 'NOT_LOCKED', 'The saved key is not locked.', '`aegis lock` locks it.');
      if (!keepUnlocked(opened(locked), options.for, Date.now()))
        throw new CliError(
          EXIT.failed,
          'NO_TERMINAL_NAME',
          'On this system Aegis cannot tell terminals apart, so it cannot unlock for one.',
          'Type the passphrase at each command.',
        );
      if (options.json === true) return json({ minutes: options.for });
      line(`Unlocked for ${String(options.for)} minutes in this terminal.`);
    });
};

function opened(locked: Parameters<typeof openKey>[0]): string {
  const passphrase = askPassphrase('Passphrase: ');
  if (passphrase === null) throw NEEDS('The passphrase is asked for');
  const key = openKey(locked, passphrase);
  if (key === null)
    throw new CliError(EXIT.refused, 'WRONG_PASSPHRASE', 'That is not the passphrase.', 'Try again. If you lost it, log in with another token.');
  return key;
}

const SHORTEST = 8;

/** Chosen twice alike; empty for none. Null where there is no terminal. @throws CliError WEAK_PASSPHRASE, DIFFERENT */
export function newPassphrase(question = 'New passphrase: '): string | null {
  const passphrase = hasTerminal() ? askPassphrase(question) : null;
  if (passphrase === null) return null;
  if (passphrase.length < SHORTEST)
    throw new CliError(
      EXIT.usage,
      'WEAK_PASSPHRASE',
      `The passphrase has fewer than ${String(SHORTEST)} characters.`,
      'Nothing was changed. Use a few words.',
    );
  if (askPassphrase('The same again: ') !== passphrase)
    throw new CliError(EXIT.usage, 'DIFFERENT', 'The two are not the same.', 'Nothing was changed. Try again.');
  return passphrase;
}

/** Where hooks are installed agents run as this user, and could use a key that lies open. Says so at a terminal. */
export function offerLock(): void {
  if (savedCredentials()?.key === undefined || !hasTerminal()) return;
  line('Your login is saved here without a passphrase: an agent that runs as your user could approve its own actions with it. Lock it: aegis lock');
}
