/** The first look by the watch's own rules, for the thread that prepares events. */
import { lookerOf } from '../detection/first-look.ts';
import { streamDetectors } from '../detection/stream/index.ts';
import type { Looker } from '../events/look.ts';
import { engineOf, type RuleTexts } from './rule-keeper.ts';

export function lookerBy(rules: RuleTexts): Looker {
  return lookerOf(engineOf(rules), streamDetectors);
}
