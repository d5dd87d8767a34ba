import { approval } from './approval.ts';
import { budget } from './budget.ts';
import { claims } from './claims.ts';
import { detectors } from './detectors.ts';
import { halt } from './halt.ts';
import { intents } from './intents.ts';
import { lists } from './lists.ts';
import { lock } from './lock.ts';
import { loop } from './loop.ts';
import { manifest } from './manifest.ts';
import { rate } from './rate.ts';
import type { Rule } from './subject.ts';
import { taint } from './taint.ts';
import { tools } from './tools.ts';

/** Every rule that is not written by a user. Their order means nothing (DEC-3). */
export const RULES: readonly Rule[] = [halt, claims, manifest, lists, intents, detectors, budget, rate, loop, lock, taint, approval, tools];
