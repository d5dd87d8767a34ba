import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { sendCanary } from '../../../src/cli/hook/canary.ts';
import { installHook } from '../../../src/cli/hook/install.ts';
import { hookEdits, settingsPath } from '../../../src/cli/hook/settings-file.ts';
import { stateOf } from '../../../src/cli/hook/status.ts';
import { installTerms } from '../../../src/cli/hook/terms.ts';
import type { InstallOptions } from '../../../src/cli/hook/terms.ts';
import { harnessesFound } from '../../../src/cli/init/harnesses-found.ts';
import { undo } from '../../../src/cli/install/change.ts';
import { installations } from '../../../src/cli/install/ledger.ts';
import type { Installation } from '../../../src/cli/install/ledger.ts';
import type { Harness } from '../../../src/intercept/hook/harness/harness.ts';
import { HARNESSES } from '../../../src/intercept/hook/harness/harnesses.ts';
import type { Scope } from '../../../src/intercept/hook/harness/settings.ts';
import { isObject } from '../../../src/kernel/json.ts';
import type { Json, JsonObject } from '../../../src/kernel/json.ts';
import { running } from '../../api/daemon.ts';
import { documentOf } from '../../intercept/hook/documents.ts';
import { SAMPLES } from './samples.ts';

/** What every harness on the list must hold when it is installed, tried and taken out, by `conformance/hooks/<name>.json`. */
const HOME = mkdtempSync(join(tmpdir(), 'aegis-harness-'));
const PROJECT = join(HOME, 'shop');
mkdirSync(PROJECT);
after(() => rmSync(HOME, { recursive: true, force: true }));
process.env['HOME'] = HOME;
process.env['XDG_CONFIG_HOME'] = join(HOME, 'config');
for (const { settings } of HARNESSES) if (settings.home.variable !== undefined) delete process.env[settings.home.variable];

/** A path of a document, in this test's folders. */
const local = (path: string): string => path.replace('/home/ann', HOME);

/** A way to the daemon that can be shut: then its address answers nobody. It passes bytes on as they are, under an address the daemon knows. */
const passing = new Set<Socket>();
let isShut = false;
const door = createServer((near) => {
  const far = isShut ? near : connect(Number(new URL(aegis.daemon.url).port), '127.0.0.1');
  for (const socket of [near, far]) {
    passing.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      passing.delete(socket);
      near.destroy();
      far.destroy();
    });
  }
  if (isShut) near.destroy();
  else near.pipe(far).pipe(near);
});
await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
const DOOR = `127.0.0.1:${String((door.address() as AddressInfo).port)}`;
const aegis = await running({ after: (end) => after(end as () => Promise<void>) }, { config: { server: { hosts: [DOOR] } } });
after(() => {
  for (const socket of passing) socket.destroy();
  door.close();
});
process.env['AEGIS_KEY'] = await aegis.agent('coder');

/** Installations ask through the door. */
function doorTo(context: TestContext): { shut(): void } {
  isShut = false;
  process.env['AEGIS_URL'] = `http://${DOOR}`;
  const shut = (): void => {
    isShut = true;
    for (const socket of passing) socket.destroy();
  };
  context.after(shut);
  return { shut };
}

async function installed(harness: Harness, options: InstallOptions): Promise<Installation> {
  return (await installHook(installTerms(harness, options), PROJECT)).installation;
}

/** Everything under the test's home with bytes and modes, but what is Aegis' own. */
function snapshot(): Readonly<Record<string, string>> {
  const names = readdirSync(HOME, { recursive: true, encoding: 'utf8' }).filter((name) => !/^config(?:\/|$)/.test(name));
  return Object.fromEntries(
    names.map((name) => {
      const stat = statSync(join(HOME, name));
      return [name, stat.isDirectory() ? 'folder' : `${(stat.mode & 0o777).toString(8)} ${readFileSync(join(HOME, name), 'hex')}`];
    }),
  );
}

/** What makes the harness run our hook where more than its settings decides that. */
function letRun({ name }: Harness, settings: string, text = documentOf(name).control?.runs): string {
  const { control } = documentOf(name);
  const path = control === undefined ? '' : join(dirname(settings), control.file);
  if (text !== undefined && path !== '') writeFileSync(path, text.replaceAll('{settings}', settings));
  return path;
}

/** The same settings with one member more, beside what stands there. */
function withMember(settings: JsonObject, [key = '', ...rest]: readonly string[], held: Json): JsonObject {
  const inner = settings[key] ?? null;
  return { ...settings, [key]: rest.length === 0 ? held : withMember(isObject(inner) ? inner : {}, rest, held) };
}

for (const harness of HARNESSES) {
  const { name } = harness;
  const document = documentOf(name).settings;

  test(`[HOOK-10] ${name}: its settings lie where it documents them`, () => {
    const at = (scope: Scope, env: NodeJS.ProcessEnv = {}): string =>
      settingsPath(harness, scope, { cwd: '/home/ann/shop', env: { HOME: '/home/ann', ...env } });
    assert.equal(at('user'), document.user);
    assert.equal(at('project'), document.project);
    assert.equal(document.moved?.variable, harness.settings.home.variable);
    if (document.moved !== undefined) assert.equal(at('user', { [document.moved.variable]: '/elsewhere' }), document.moved.user);
  });

  test(`[HOOK-10] ${name}: the entries are what it documents, with every handler it has`, () => {
    const { waitSeconds, handlers, blocking: setting } = harness.settings;
    const place = { url: 'http://127.0.0.1:7411', key: 'aegis_agent_key', settings: '/s.json', launcher: '/l.mjs', node: '/node' };
    for (const { handler, blocking, hooks } of document.installed) {
      const edits = hookEdits(harness, { ...place, handler, blocking, query: `?wait=${String(waitSeconds * 1000)}`, waitSeconds });
      const entries = new Map(edits.map(({ kind, at, value }) => [`${kind} ${at.join('.')}`, value]));
      for (const [member, value] of Object.entries(document.beside)) assert.deepEqual(entries.get(`set ${member}`), value);
      for (const [event, entry] of Object.entries(hooks)) {
        const written = JSON.stringify(entries.get(`append hooks.${event}`)).replace(/"\/bin\/sh(?:[^"\\]|\\.)*"/, '"{command}"');
        assert.deepEqual(JSON.parse(written), entry, `${handler} ${event}`);
      }
    }
    const documented = document.installed.map(({ hooks }) => Object.keys(hooks)).toSorted((a, b) => b.length - a.length);
    assert.deepEqual(documented[0], Object.keys(harness.protocol.events));
    const variants = document.installed.map(({ handler, blocking }) => `${handler} ${String(blocking)}`);
    const expected = handlers.flatMap((handler) => (setting === undefined ? [false] : [true, false]).map((one) => `${handler} ${String(one)}`));
    assert.deepEqual(variants, expected);
  });

  test(`[HOOK-10, HOOK-12] ${name}: over settings of every kind, installed and taken out byte for byte, the key in private files`, async (context) => {
    doorTo(context);
    const key = process.env['AEGIS_KEY'] ?? '';
    for (const scope of ['user', 'project'] as const) {
      const path = local(document[scope]);
      for (const [sample, text] of Object.entries({ ...SAMPLES, none: null })) {
        if (text !== null) {
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, text, { mode: 0o640 });
        }
        const before = snapshot();
        const installation = await installed(harness, scope === 'project' ? { project: true } : {});
        assert.equal(stateOf(installation), documentOf(name).control === undefined ? 'there' : 'untrusted', `${scope} ${sample}`);
        for (const [file, held] of Object.entries(snapshot()))
          if (held.includes(Buffer.from(key).toString('hex'))) assert.match(held, /^600 /, `${scope} ${sample} ${file}`);
        undo(installation.id);
        assert.deepEqual(snapshot(), before, `${scope} ${sample}`);
      }
      rmSync(dirname(path), { recursive: true, force: true });
    }
    assert.deepEqual(installations(), []);
  });

  test(`[HOOK-13, HOOK-16] ${name}: a canary is refused by Aegis, refused without it, or would have run`, async (context) => {
    const { shut } = doorTo(context);
    const path = local(document.user);
    mkdirSync(dirname(path), { recursive: true });
    const shows = async (installation: Installation, state: string, detail: RegExp): Promise<void> => {
      const result = await sendCanary(installation);
      assert.equal(result.state, state, result.detail);
      assert.match(result.detail, detail);
    };
    const strict = await installed(harness, { handler: 'command' });
    letRun(harness, path);
    await shows(strict, 'protected', /recorded and refused/);
    const text = readFileSync(path, 'utf8');
    const spoiled = async (next: string, detail: RegExp): Promise<void> => {
      writeFileSync(path, next);
      await shows(strict, 'unprotected', detail);
      writeFileSync(path, text);
    };
    await spoiled('{}', /no hook of Aegis stands under hooks/);
    await spoiled(text.replaceAll('aegis-hook.mjs', 'other.mjs'), /as it was written/);
    for (const { at, is } of harness.settings.offSwitches ?? []) {
      for (const held of typeof is === 'string' ? [[is], ['other', is]] : [is]) {
        await spoiled(JSON.stringify(withMember(JSON.parse(text) as JsonObject, at, held)), /^\w[\w.]* is .* in /);
      }
    }
    shut();
    await shows(strict, 'closed', /refused without it/);
    rmSync(path);
    await shows(strict, 'unprotected', /is gone/);
    undo(strict.id);
    rmSync(dirname(path), { recursive: true, force: true });
  });

  for (const handler of harness.settings.handlers)
    for (const blocking of harness.settings.blocking === undefined ? [undefined] : [undefined, true as const])
      test(`[HOOK-13] ${name} through ${handler}${blocking === true ? ', blocking' : ''}: tried while Aegis answers and while it is away`, async (context) => {
        const { shut } = doorTo(context);
        const path = local(document.user);
        mkdirSync(dirname(path), { recursive: true });
        const installation = await installed(harness, { handler, ...(blocking === undefined ? {} : { blocking }) });
        letRun(harness, path);
        assert.equal(stateOf(installation), 'there');
        assert.equal((await sendCanary(installation)).state, 'protected');
        shut();
        assert.equal((await sendCanary(installation)).state, handler === 'http' && blocking !== true ? 'unprotected' : 'closed');
        undo(installation.id);
        rmSync(dirname(path), { recursive: true, force: true });
      });

  test(`[HOOK-7, HOOK-13] ${name}: what may run while Aegis is away is called unprotected`, async (context) => {
    const { shut } = doorTo(context);
    const path = local(document.user);
    mkdirSync(dirname(path), { recursive: true });
    const open = await installed(harness, { onUnavailable: 'allow' });
    letRun(harness, path);
    assert.equal((await sendCanary(open)).state, 'protected');
    shut();
    assert.equal((await sendCanary(open)).state, 'unprotected');
    undo(open.id);
    rmSync(dirname(path), { recursive: true, force: true });
  });

  const { control } = documentOf(name);
  if (control !== undefined)
    test(`[HOOK-13] ${name}: what ${control.file} keeps from running is unprotected, and not installed where that is known`, async (context) => {
      doorTo(context);
      const path = local(document.user);
      mkdirSync(dirname(path), { recursive: true });
      const installation = await installed(harness, {});
      for (const { text, reason, refused } of control.keeps) {
        const file = letRun(harness, path, text);
        assert.equal(stateOf(installation), 'untrusted');
        const { state, detail } = await sendCanary(installation);
        assert.deepEqual([state, detail], ['unprotected', reason.replace('{control}', file)]);
        if (refused !== undefined) await assert.rejects(installed(harness, {}), { name: 'CliError', code: refused });
      }
      assert.equal(harness.settings.control?.name, control.file);
      undo(installation.id);
      rmSync(dirname(path), { recursive: true, force: true });
    });

  test(`[HOOK-14] ${name}: found once it has run here, by the folder it keeps`, () => {
    const env = { HOME, XDG_CONFIG_HOME: join(HOME, 'config') };
    const found = (): boolean => harnessesFound(PROJECT, env).some((one) => one.harness === harness);
    const folder = join(HOME, harness.settings.home.folder);
    rmSync(folder, { recursive: true, force: true });
    assert.equal(found(), false);
    mkdirSync(folder, { recursive: true });
    assert.equal(found(), true);
    rmSync(folder, { recursive: true });
    assert.equal(existsSync(folder), false);
  });
}
