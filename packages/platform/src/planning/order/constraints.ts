/**
 * What must come before what, and why, as a table. Whatever no line forbids is free, and the race decides (order.ts). A plan is
 * checked against the same rules by code of its own (check-steps.ts).
 */
import { type PlanStep, type Stage, stages } from '@firebreak/contract';

export type OrderedPart = Pick<PlanStep, 'stage' | 'target' | 'restarts'> & { readonly wave?: number | undefined };

export interface OrderConstraint {
  readonly id: string;
  readonly why: string;
  /** Whether the first must come before the second. */
  readonly applies: (first: OrderedPart, second: OrderedPart) => boolean;
}

const rank = (stage: Stage): number => stages.indexOf(stage);
const takesAuthority: ReadonlySet<Stage> = new Set(['access', 'network']);
const restarts = ({ stage, restarts: pods }: OrderedPart): boolean => stage === 'eviction' || pods.length > 0;
const isAuthorityBeforeRestart = (first: OrderedPart, second: OrderedPart): boolean =>
  takesAuthority.has(first.stage) && !takesAuthority.has(second.stage) && restarts(second);

export const orderConstraints: readonly OrderConstraint[] = [
  {
    id: 'evidence-first',
    why: 'Evidence before whatever could destroy it.',
    applies: (first, second) => first.stage === 'evidence' && second.stage !== 'evidence',
  },
  {
    id: 'delivery-first',
    why: 'What delivers is stopped before what it delivers is touched, or its next sync puts it back.',
    applies: (first, second) =>
      first.stage === 'delivery' && second.stage !== 'evidence' && second.stage !== 'delivery',
  },
  {
    id: 'authority-before-restart',
    why: 'Authority to build and authority to run are taken away before anything restarts, or what starts again has them.',
    applies: (first, second) =>
      second.stage !== 'evidence' && second.stage !== 'delivery' && isAuthorityBeforeRestart(first, second),
  },
  {
    id: 'same-target',
    why: 'Steps on one thing follow their stages, so that undoing them backwards gives back what was there.',
    applies: (first, second) =>
      first.target.id === second.target.id &&
      rank(first.stage) < rank(second.stage) &&
      !isAuthorityBeforeRestart(second, first),
  },
  {
    id: 'wave',
    why: 'What one person may approve does not wait for what needs two.',
    applies: (first, second) =>
      first.wave !== undefined && second.wave !== undefined && second.stage !== 'evidence' && first.wave < second.wave,
  },
];

/** The first constraint by which one step must come before another. */
export function mustPrecede(first: OrderedPart, second: OrderedPart): OrderConstraint | undefined {
  return orderConstraints.find(({ applies }) => applies(first, second));
}

/** The first constraint that an order breaks. */
export function brokenBy(order: readonly OrderedPart[]): OrderConstraint | undefined {
  for (const [at, step] of order.entries())
    for (const earlier of order.slice(0, at)) {
      const broken = mustPrecede(step, earlier);
      if (broken !== undefined) return broken;
    }
  return undefined;
}
