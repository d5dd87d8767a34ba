import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

const PLACES = [process.env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const SCREENS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1440, height: 920 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1440, height: 920 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const;

interface Shop {
  readonly url: string;
  readonly key: string;
  /** Address of each page by the name of its picture. */
  readonly pages: Readonly<Record<string, string>>;
}

/** Photographs pages of the dashboard, light, dark and as on a phone, into docs/pictures/cockpit; nothing where there is no Chromium. */
export async function photograph({ url, key, pages }: Shop): Promise<void> {
  const executablePath = PLACES.find((place) => place !== '' && existsSync(place));
  if (executablePath === undefined) return console.error('No pictures of the dashboard: Chromium is not installed.');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const { name: screen, ...terms } of SCREENS) {
    const page = await (await browser.newContext(terms)).newPage();
    await page.goto(url);
    await page.getByLabel('Key of an operator').fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').waitFor();
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(url + path);
      await settled(page);
      await page.screenshot({ path: fileURLToPath(new URL(`cockpit/${name}-${screen}.png`, import.meta.url)) });
    }
  }
  await browser.close();
}

async function settled(page: Page): Promise<void> {
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await page.waitForLoadState('load');
  await page.locator('.page .panel:visible').first().waitFor();
  // Two frames after the last answer, what it changed is painted.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}
