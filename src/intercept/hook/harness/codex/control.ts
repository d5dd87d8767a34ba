import { isObject } from '../../../../kernel/json.ts';
import type { Json, JsonObject } from '../../../../kernel/json.ts';
import type { ControlFile } from '../settings.ts';

/**
 * Codex runs what a person has trusted with `/hooks`, and keeps that word in `config.toml` of its home, by
 * `<file>:<event>:<group>:<handler>` (as Codex 0.169 does). Whether the word was given to this very command only Codex can tell.
 */
export const control: ControlFile = {
  name: 'config.toml',
  turnsOff: (config) => {
    const features = member(config, 'features');
    return features['hooks'] === false || features['codex_hooks'] === false ? '[features] hooks = false' : null;
  },
  notes: (config, path) => {
    const trust = 'Codex runs new hooks only after you trust them: open it and type /hooks.';
    const own = Object.keys(member(config ?? {}, 'hooks')).some((key) => key !== 'state');
    return own ? [trust, `${path} has [hooks] of its own; Codex runs those and these.`] : [trust];
  },
  untrusted: (config, { files, event, group, handler }) => {
    const states = member(member(config, 'hooks'), 'state');
    const keys = files.map((file) => `${file}:${snake(event)}:${String(group)}:${String(handler)}`);
    const key = keys.find((one) => states[one] !== undefined);
    const state = key === undefined ? {} : member(states, key);
    if (state['enabled'] === false) return 'it is turned off in Codex: open Codex and type /hooks';
    return typeof state['trusted_hash'] === 'string' ? null : 'Codex does not run it until you trust it: open Codex and type /hooks';
  },
};

function member(of: JsonObject, key: string): JsonObject {
  const value: Json | undefined = of[key];
  return isObject(value) ? value : {};
}

/** `PreToolUse` → `pre_tool_use`, as Codex writes events there. */
const snake = (event: string): string => event.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
