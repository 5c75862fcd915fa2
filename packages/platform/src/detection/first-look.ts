/**
 * The first look at an event (`events/look.ts`) by all rules and detectors: what `Watch.see` would do with it, as far as the event alone
 * tells. What must stay true: an event that it lets pass is one that the watch would find nothing in and remember nothing of
 * (`first-look.test.ts` holds both together over whole logs).
 */
import type { SeenEvent, StreamDetector } from '@firebreak/contract';
import { type Look, type Looker, mustBeSeen } from '../events/look.ts';
import { byFormat } from './by-format.ts';
import type { SigmaEngine } from './sigma/engine/sigma-engine.ts';

const unknownToRules = { stands: false, counted: [], time: Number.NaN };

export function lookerOf(engine: SigmaEngine, detectors: readonly StreamDetector[]): Looker {
  const lookingAt = byFormat(detectors, ({ needs }) => needs);
  return {
    by: engine.digest,
    look: (seen) => {
      try {
        return lookAt(seen, engine, lookingAt(seen.event.source.format));
      } catch {
        // Whoever falls over it does so again where that is counted.
        return mustBeSeen;
      }
    },
  };
}

function lookAt(seen: SeenEvent, engine: SigmaEngine, detectors: readonly StreamDetector[]): Look {
  if (detectors.some(({ concerns }) => concerns === undefined)) return mustBeSeen;
  const { raw } = seen;
  const told = typeof raw === 'object' && raw !== null ? engine.glance(raw) : unknownToRules;
  if (told === undefined || told.stands) return mustBeSeen;
  let names: readonly string[] = nobody;
  for (const { concerns } of detectors) {
    const concerned = concerns?.(seen) ?? true;
    if (concerned === true) return mustBeSeen;
    if (concerned !== false) names = names.length === 0 ? concerned : [...names, ...concerned];
  }
  return { must: false, names, counted: told.counted, ruleTime: told.time };
}

const nobody: readonly string[] = [];
