/** A detection and an incident as the store has them, with whatever a test wants otherwise. */
import type { Case, KeptDetection } from '@firebreak/contract';

const attacker = 'kubernetes:ServiceAccount/ml-serving/predictor-runner';

type Otherwise<T> = { readonly [K in keyof T]?: T[K] | undefined };

export function detectionOf(otherwise: Otherwise<KeptDetection>): KeptDetection {
  return {
    id: 'a1b2c3',
    detector: 'sigma/27ed251e-eb3d-4461-bae5-33eeee2c3283',
    status: 'stable',
    severity: 'high',
    title: 'Secrets Of All Namespaces Listed',
    note: 'list secrets “]\\"',
    first: '2026-11-21T10:00:00.000Z',
    last: '2026-11-21T10:00:05.000Z',
    by: [attacker],
    about: ['kubernetes:Secret/ml-serving/registry'],
    sessions: ['token 7'],
    events: [
      {
        id: 'kubernetes-audit/1',
        digest: 'ab'.repeat(32),
        time: '2026-11-21T10:00:00.000Z',
        where: { locator: 'audit.log', line: 3 },
      },
    ],
    count: 1,
    what: 'One account listed all secrets.',
    why: 'Programs read the one that they need.',
    next: 'Look at what the account could reach.',
    techniques: ['attack.credential-access', 'attack.t1552.007', 'atlas.aml.t0024', 'nhi.nhi2'],
    takenAt: '2026-11-21T10:00:06.000Z',
    incident: 'inc_1',
    joined: { rule: 'first', words: 'It is the first.' },
    judgement: null,
    suppressedBy: null,
    ...otherwise,
  } as KeptDetection;
}

export function caseOf(otherwise: Otherwise<Case>): Case {
  return {
    id: 'inc_1',
    title: 'predictor-runner reads secrets',
    openedAt: '2026-11-21T10:00:06.000Z',
    openedBy: 'detection',
    compromised: [attacker],
    protect: 'default',
    state: 'open',
    planDigest: null,
    note: 'Nobody has made a plan.',
    severity: {
      level: 'high',
      score: 71.4,
      why: 'It reaches 4 crown jewels and touched one.',
      jewelsReached: 4,
      jewelsTouched: 1,
      impactTouched: 8,
      impactReached: 9,
    },
    roots: [
      {
        node: { kind: 'ServiceAccount', id: attacker, name: 'predictor-runner' },
        known: true,
        first: '2026-11-21T10:00:00.000Z',
        why: 'It acted first.',
      },
    ],
    detections: 1,
    suppressed: 0,
    unjudged: 1,
    detectors: 1,
    first: '2026-11-21T10:00:00.000Z',
    last: '2026-11-21T10:00:05.000Z',
    closed: null,
    mergedInto: null,
    members: [detectionOf({})],
    links: [],
    history: [],
    related: [],
    newRoots: [],
    completeness: { answer: 'complete' },
    ...otherwise,
  } as Case;
}
