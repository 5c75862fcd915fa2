/** Answers around the plan for the console's own browser tests: of the agreed form, with a hostile name and a limited answer. */
import type { Breakage } from '@firebreak/contract/answers/breakage';
import type { PlanChoice } from '@firebreak/contract/answers/plan-choice';
import type { Race } from '@firebreak/contract/answers/race';
import type { ScopeAnswer } from '@firebreak/contract/answers/scope';
import { compromisedId, gap, hostileName, partialPlan, plan } from './fake-estate.ts';

const node = (name: string) => ({ kind: 'Pod', id: `kubernetes:Pod/serving/${name}`, name });
const by = (mean: number, spread: number) => ({ mean, low: mean - spread, high: mean + spread });

/** The options under a wish; null where what must be in the plan must not be in it. */
export function planChoice({ pin, forbid }: { pin: string[]; forbid: string[] }): PlanChoice | null {
  if (pin.some((lever) => forbid.includes(lever))) return null;
  const whole = plan('1'.repeat(64));
  const wish = { ...(pin.length > 0 ? { pinned: pin } : {}), ...(forbid.length > 0 ? { forbidden: forbid } : {}) };
  const without = (made: typeof whole) => ({
    ...made,
    ...wish,
    steps: made.steps.filter(({ lever }) => !forbid.includes(lever.key)),
  });
  return {
    options: [
      {
        name: 'cheapest',
        why: 'Least interruption.',
        risk: 41.2,
        outage: 14,
        seconds: 610,
        front: true,
        plan: without(whole),
      },
      {
        name: 'full-freeze',
        why: 'Takes everything away that any lever takes.',
        risk: 44.5,
        outage: 91,
        seconds: 2400,
        front: false,
        plan: without({ ...whole, variant: 'full-freeze' as const }),
      },
      {
        name: 'staged',
        why: 'First all that one person may approve.',
        risk: 33.1,
        outage: 22,
        seconds: 900,
        front: true,
        plan: without({ ...partialPlan('2'.repeat(64)), variant: 'staged' as const }),
      },
      {
        name: 'read-only',
        why: 'Nothing can be changed any more.',
        risk: 33.1,
        outage: 22,
        seconds: 910,
        front: false,
        plan: without({ ...whole, variant: 'read-only' as const }),
      },
      { name: 'nothing', why: 'Nothing is done.', risk: 80, outage: 0, seconds: 0, front: true },
    ],
    completeness: { answer: 'limited', reasons: [gap] },
  };
}

export const race: Race = {
  planDigest: 'a'.repeat(64),
  runs: 5000,
  seed: 1,
  assumptions: ['An attacker looks around for 5 minutes before each step.', `It begins at ${hostileName}.`],
  region: { nodes: 41, edges: 96, goals: 5, value: 44 },
  orders: [
    {
      name: 'delivery first',
      why: 'What delivers stops before what runs.',
      steps: ['s1', 's2', 's3'],
      loss: by(12.4, 0.6),
      difference: by(0, 0),
      reached: 0.61,
      seconds: 610,
    },
    {
      name: 'cheapest first',
      why: 'Steps by their cost.',
      steps: ['s1', 's3', 's2'],
      loss: by(14.9, 0.7),
      difference: by(2.5, 0.4),
      reached: 0.7,
      seconds: 612,
    },
    {
      name: 'eviction first',
      why: 'What runs the payload goes first.',
      steps: ['s3', 's2', 's1'],
      breaks: 'It destroys evidence before it is taken.',
      loss: by(19.3, 0.9),
      difference: by(6.9, 0.6),
      reached: 0.82,
      seconds: 640,
    },
  ],
  approvals: [{ step: 's5', title: `Evict ${hostileName}`, waits: 900, saves: by(3.1, 0.5) }],
};

export const scope: ScopeAnswer = {
  answer: 'wider',
  reasons: ['Crown jewels of 2 other places are within reach.', `It reaches ${hostileName}.`],
  boundaries: [
    { name: 'kubernetes ml-serving', reached: 48, jewels: 1, own: true },
    { name: 'aws 111122223333', reached: 9, jewels: 2, own: false },
  ],
  upstream: [{ ...node('notebook'), by: 'POD_EXEC' }],
  upstreamCount: 31,
  frontier: Array.from({ length: 50 }, (_, i) => ({
    node: { ...node(i === 2 ? hostileName : `unread-${i}`), id: `kubernetes:Pod/serving/unread-${i}` },
    hops: 1 + (i % 7),
    is: i % 2 === 0 ? ('gap' as const) : ('unread' as const),
    why: 'Others name it; nobody told of it.',
    next: 'Read the account that it is in.',
  })),
  frontierCount: 120,
  compromised: [{ kind: 'ServiceAccount', id: compromisedId, name: 'predictor' }],
  completeness: { answer: 'limited', reasons: [gap] },
};

export function breakage(what: string): Breakage {
  const [first] = plan('3'.repeat(64)).steps;
  if (first === undefined) throw new Error('the fake plan has no steps');
  return {
    about: node('predictor'),
    ways: [
      {
        lever: first.lever,
        title: `Take ${what.slice(0, 40)} away`,
        target: first.target,
        cost: 8.5,
        reasons: [
          { what: 'The step itself', points: 1 },
          { what: `Requests of ${hostileName} fail`, points: 7.5 },
        ],
        interrupts: [
          { who: node(hostileName), what: 'Its requests fail.', weight: 6, use: 'observed' },
          { who: node('batch'), what: 'Its nightly run fails.', weight: 1.5, use: 'never-observed' },
        ],
        restarts: [],
        drastic: true,
        approvals: 2,
        ruledOut: 'Somebody else runs it.',
        undo: 'It is put back.',
        severs: 3,
      },
    ],
    holders: [{ ...node('predictor-0'), by: 'TOKEN_MOUNT', use: 'granted', owner: 'ml platform' }],
    holderCount: 12,
    gives: [{ ...node('model-signing-key'), by: 'SECRET_READ' }],
    givesCount: 1,
    evidence: ['audit.log'],
    completeness: { answer: 'complete' },
  };
}
