/** A staged plan: wave 1 is what one person may approve and nothing that needs two must precede; wave 2 is the rest. */
import { mustPrecede } from './constraints.ts';
import type { UnorderedStep } from './order.ts';

export function inWaves(steps: readonly UnorderedStep[]): readonly UnorderedStep[] {
  const late = new Set(steps.filter(({ approvals }) => approvals > 1));
  for (const first of late) for (const step of steps) if (mustPrecede(first, step) !== undefined) late.add(step);
  return steps.map((step) => ({ ...step, wave: late.has(step) ? 2 : 1 }));
}
