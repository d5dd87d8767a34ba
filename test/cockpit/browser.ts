import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { running } from '../api/daemon.ts';
import type { Running } from '../api/daemon.ts';

const PLACES = [process.env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of this machine. */
export function launch(): Promise<Browser> {
  const executablePath = PLACES.find((place) => place !== '' && existsSync(place));
  if (executablePath === undefined)
    throw new Error('Chromium is not installed. Install it (Debian: apt-get install chromium), or name it in CHROMIUM.');
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

export interface Screen {
  readonly dark?: true;
  readonly phone?: true;
}

export interface Cockpit {
  readonly aegis: Running;
  /** The agent's. */
  readonly key: string;
  /** What an agent asks for; the answer as the agent reads it. */
  ask(name: string, args: object, session?: string): Promise<Readonly<Record<string, unknown>>>;
  /** A page of a browser of its own, logged in with a key; the administrator's unless another is given. */
  open(path: string, screen?: Screen, key?: string): Promise<Page>;
  /** What pages complained of: script errors and refusals of the page's own policy. */
  readonly complaints: readonly string[];
}

/** A real daemon with one agent, and a real browser. */
export async function cockpit(context: TestContext, agent = 'support-bot'): Promise<Cockpit> {
  const aegis = await running(context);
  const key = await aegis.agent(agent);
  const browser = await launch();
  const complaints: string[] = [];
  // Before the daemon ends: a stream that is read keeps it waiting.
  const ends: (() => Promise<unknown>)[] = [];
  context.after(() => browser.close());
  return {
    aegis,
    key,
    complaints,
    ask: async (name, args, session = 'morning') => {
      const answer = await aegis.ask('POST', '/v1/actions', { key, body: { session, name, args } });
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.body;
    },
    open: async (path, screen = {}, who = aegis.admin) => {
      const at = await browser.newContext({
        colorScheme: screen.dark === true ? 'dark' : 'light',
        viewport: screen.phone === true ? { width: 390, height: 844 } : { width: 1440, height: 920 },
      });
      ends.push(() => at.close());
      const page = await at.newPage();
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        if (message.text().includes('Content Security Policy') || message.text().includes('Trusted')) complaints.push(message.text());
      });
      page.on('dialog', (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      await page.goto(aegis.daemon.url + path);
      await page.getByLabel('Key of an operator').fill(who);
      await page.keyboard.press('Enter');
      await page.getByRole('navigation').waitFor();
      await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
      return page;
    },
  };
}
