/** Answers about detections and what came in, for the console's own browser tests: of the agreed form, with hostile texts and gaps. */
import type { Case, Queue, QueueRow } from '@firebreak/contract/answers/cases';
import type { CouldDid } from '@firebreak/contract/answers/could-did';
import type { KeptDetection } from '@firebreak/contract/answers/detections';
import type { Hunt } from '@firebreak/contract/answers/hunt';
import type { IntakeStatus } from '@firebreak/contract/answers/intake';
import type { Quality } from '@firebreak/contract/answers/quality';
import type { RotationItem } from '@firebreak/contract/answers/rotation';
import type { Telemetry } from '@firebreak/contract/answers/telemetry';
import type { Moment, Timeline } from '@firebreak/contract/answers/timeline';
import type { NormalEvent } from '@firebreak/contract/event';
import type { Incident } from '@firebreak/contract/incident';
import { compromisedId, gap, hostileName, nodes } from './fake-estate.ts';

const at = (minute: number) => `2026-03-04T02:${String(minute).padStart(2, '0')}:00.000Z`;
const root = { kind: 'ServiceAccount', id: compromisedId, name: 'predictor' };
const hostile = { kind: 'Pod', id: `kubernetes:Pod/ml-serving/${hostileName}`, name: hostileName };
const gone = { ...hostile, id: `kubernetes:Pod/gone/${hostileName}` };
const signer = { kind: 'Secret', id: 'kubernetes:Secret/registry/model-signing-key', name: 'model-signing-key' };
const limited = { answer: 'limited' as const, reasons: [gap] };

/** Every kind of row: rated and not, suppressed, merged away. */
export function queueRow(incident: Incident, place: number): QueueRow {
  const rated = place % 3 !== 2;
  return {
    ...incident,
    severity: rated
      ? {
          level: place === 0 ? 'critical' : 'medium',
          ...{ score: 86 - 9 * place, jewelsReached: 5, jewelsTouched: 1, impactTouched: 8, impactReached: 9 },
          why: `Touched was ${hostileName}; 5 crown jewels are within reach.`,
        }
      : null,
    roots: rated
      ? [{ node: place === 1 ? hostile : root, known: place !== 1, first: at(1), why: 'It came first.' }]
      : [],
    ...{ detections: rated ? 3 : 0, suppressed: 0, unjudged: rated ? 2 : 0, detectors: rated ? 2 : 0 },
    ...{ first: rated ? at(1) : null, last: rated ? at(12) : null, closed: null, mergedInto: null },
  };
}

export function queue(incidents: readonly Incident[]): Queue {
  return {
    incidents: incidents.map(queueRow),
    hidden: 4,
    loose: { count: 7, bySeverity: { high: 1, low: 6 }, newest: at(20) },
  };
}

export function detection(number: number, more: Partial<KeptDetection> = {}): KeptDetection {
  return {
    id: `d${number}`,
    ...{ detector: `sigma/rule-${number}`, status: 'stable', severity: number === 1 ? 'high' : 'low' },
    title: number === 1 ? 'A credential was read' : `Something <i>else</i> ${number}`,
    note: `user agent ${hostileName}`,
    ...{ first: at(number), last: at(number), by: [root.id], about: [signer.id], sessions: ['a-token'] },
    events: [{ id: `event-${number}`, digest: 'a'.repeat(64), time: at(number), where: { locator: 'audit.log' } }],
    ...{ count: 1, what: 'A secret was read.', why: 'It opens other doors.', next: 'Ask its `owner`.' },
    ...{ techniques: ['attack.t1552'], takenAt: at(number + 1), incident: 'inc-7f3a' },
    joined: { rule: 'identity', words: 'The same identity acted: ServiceAccount predictor.', to: 'd1' },
    ...{ judgement: null, suppressedBy: null },
    ...more,
  };
}

export function caseOf(incident: Incident, judged: ReadonlyMap<string, KeptDetection['judgement']>): Case {
  const members = [1, 2, 3].map((number) => detection(number, { judgement: judged.get(`d${number}`) ?? null }));
  return {
    ...queueRow(incident, 0),
    members,
    links: [],
    history: [{ at: at(30), by: 'Ada', did: 'merged', reason: 'The same token.', others: ['inc-old'] }],
    related: [{ incident: 'inc-61c0', rule: 'path', words: 'A short way leads from one to the other.' }],
    newRoots: [hostile],
    completeness: limited,
  };
}

function moment(number: number, kind: Moment['kind'], more: Partial<Moment> = {}): Moment {
  return {
    ...{ id: `m${number}`, at: at(number), kind, words: `predictor did get secrets on ${hostileName}.` },
    ...{ actor: root.id, identity: root, credential: null, session: 'a-token', address: '203.0.113.9' },
    ...{ operation: 'get secrets', activity: 'read', outcome: 'done', targets: [signer, hostile] },
    ...{ permission: 'none', approval: null, detections: [], severity: null, ledger: null },
    event: { id: `event-${number}`, digest: 'a'.repeat(64), time: at(number), where: { locator: 'audit.log' } },
    ...more,
  };
}

export function timeline(incident: string, kind: string | null): Timeline {
  const seen = { words: 'A credential was read.', severity: 'high' as const, permission: null };
  const ours = { words: 'Step 1 was carried out.', identity: null, actor: 'worker:w1', targets: [], event: null };
  const all = [
    moment(1, 'data'),
    { ...moment(2, 'detection', seen), at: at(1) },
    moment(5, 'platform', {
      permission: { step: 'POD_EXEC', words: 'a role lets it open shells' },
      outcome: 'refused',
    }),
    moment(8, 'response', { ...ours, approval: 'approved by Ada and Grace', permission: null, ledger: 12 }),
    moment(9, 'human', { ...ours, words: 'Ada approved the plan.', actor: 'Ada', permission: null }),
  ];
  return {
    ...{ incident, title: 'x', total: all.length, next: null, completeness: limited },
    moments: all.filter((each) => kind === null || each.kind === kind),
    byKind: { data: 1, detection: 1, platform: 1, response: 1, human: 1 },
  };
}

const span = { first: at(1), last: at(12) };

export const did: CouldDid = {
  compromised: [root],
  log: { events: 4211, ...span, duplicates: 3, theirs: 31, within: 8 },
  could: { reached: 412, jewels: 5 },
  actors: [
    {
      ...{ ...span, events: 31, node: root },
      sessions: [{ ...span, events: 31, session: hostileName, address: '203.0.113.9', agent: 'curl/8.9.1' }],
    },
  ],
  did: [
    {
      ...{
        ...span,
        events: 2,
        node: signer,
        class: 'credential',
        jewel: 'signs every model',
        known: true,
        within: true,
      },
      ...{
        redacted: [],
        refused: 1,
        activities: { read: 2 },
        operations: [{ operation: 'get secrets', events: 2 }],
        by: [root.id],
      },
      way: [{ type: 'SECRET_READ', from: root.id, to: signer.id }],
      examples: ['event-1'],
    },
    ...nodes.slice(12, 20).map(({ kind, id, name }) => ({
      ...{ ...span, events: 9, node: { kind, id, name }, known: true, within: true, refused: 0 },
      ...{ activities: { execute: 9 }, operations: [{ operation: 'create pods/exec', events: 9 }], by: [root.id] },
      ...{ way: [{ type: 'POD_EXEC', from: root.id, to: id }], examples: [] },
    })),
    {
      ...{ ...span, events: 1, node: gone, known: false, within: false, refused: 0, activities: { delete: 1 } },
      ...{ operations: [{ operation: 'delete pods', events: 1 }], by: [root.id], way: [], examples: [] },
    },
  ],
  abused: [
    {
      ...span,
      events: 2,
      type: 'SECRET_READ',
      from: root.id,
      to: signer.id,
      words: 'it may read',
      touched: [signer.id],
    },
  ],
  logged: [
    { system: 'kubernetes', format: 'kubernetes-audit', ...span, events: 4211, gap: 'It begins after the first act.' },
  ],
  untouched: [{ kind: 'Node', id: 'kubernetes:Node/gpu-1', name: 'gpu-1' }],
  unlogged: [{ system: 'aws', reached: 31, jewels: 2, why: 'No log of it has come in.' }],
  completeness: limited,
};

export function quality(judged: ReadonlyMap<string, KeptDetection['judgement']>): Quality {
  const none = { 'true-positive': 0, 'benign-true-positive': 0, 'false-positive': 0, unknown: 0 };
  const share = (value: number, low: number, high: number, of: number) => ({ value, low, high, of });
  const detector = (number: number): Quality['detectors'][number] => ({
    ...{ detector: `sigma/rule-${number}`, title: `Rule ${number} of ${hostileName}`, status: 'stable' },
    ...{ severity: 'high', answer: number % 3 === 0 ? 'cannot-tell' : 'found', why: 'In a sentence.' },
    ...{ needs: ['kubernetes-audit'], has: number % 3 === 0 ? [] : ['kubernetes-audit'] },
    ...{ detections: 12, suppressed: 0, incidents: 2, verdicts: { ...none, 'true-positive': 5, 'false-positive': 1 } },
    ...{ precision: share(0.83, 0.44, 0.97, 6), attacks: null },
    ...{ falsePositiveRate: share(0.0002, 0.00004, 0.0013, 4211), newest: at(3) },
  });
  return {
    since: null,
    detectors: Array.from({ length: 300 }, (_, number) => detector(number + 1)),
    timeToDetect: { median: 1900, p90: 61_000, mean: 9000, of: 30 },
    timeToVerdict: null,
    ...{ detections: 3600, judged: judged.size, falsePositives: share(0.2, 0.1, 0.36, 30) },
  };
}

export const telemetry: Telemetry = {
  models: [
    {
      model: hostileName,
      node: null,
      versions: [{ version: '7.1', since: at(1) }],
      groups: [
        {
          ...{ detector: 'model/features', observed: 24_000, window: { records: 500, open: 12 }, windows: 20 },
          falseAlarmRate: 0.001,
          metrics: [
            {
              ...{ name: 'age', kind: 'number', state: 'watched' },
              reference: { records: 2000, wanted: 2000, quantiles: [26, 41, 56], shares: {} },
              windows: Array.from({ length: 20 }, (_, number) => ({
                ...{ from: at(number), to: at(number + 1), records: 500, p: number > 14 ? 1e-6 : 0.4 },
                ...{ line: number > 14 ? 0.0005 : 0, statistic: 'mean', value: 0.1, shares: {} },
                quantiles: [26, number > 14 ? 46 : 41, 56] as [number, number, number],
              })),
            },
          ],
        },
      ],
      drifts: [
        {
          ...{ detector: 'model/features', found: at(16), ended: null },
          metrics: [{ name: 'age', p: 1e-6, what: 'middle 41 → 46' }],
          began: { at: at(15), from: at(14), to: at(16) },
          beside: [
            {
              ...{
                kind: 'deployment',
                time: at(14),
                what: 'argocd deployed fraud-v7',
                about: signer,
                evidence: 'event-1',
              },
              ...{ score: 0.71, fit: { time: 0.9, lineage: 0.8, rarity: 0.98 }, why: 'a minute before, upstream' },
            },
          ],
        },
      ],
    },
  ],
  clients: [
    {
      ...{ model: 'fraud', client: hostileName, queries: 9210, first: at(1), last: at(20), throttle: 0.8 },
      ...{ signals: { spread: 0.93, repeats: 0.2 }, found: 'extraction' },
    },
  ],
  populations: [{ model: 'fraud', state: 'watching', clients: 31, windows: 400 }],
  forgotten: ['Three metrics found no room.'],
  completeness: limited,
};

export const intake: IntakeStatus = {
  line: {
    ...{ taken: 4211, duplicates: 3, passed: 90, refused: 1, heldBack: 2, waiting: 0, room: 67_108_864 },
    redacted: [],
    unreadable: [{ why: `A line is no JSON: ${hostileName}`, events: 2 }],
  },
  sources: [
    ...['kubernetes-audit', 'unknown'].map((format) => ({
      ...{ source: `10.0.0.7 ${hostileName}`, format, taken: 4211, duplicates: 3, passed: 90, unreadable: 2 },
      last: at(20),
    })),
  ],
  logs: [{ format: 'kubernetes-audit', events: 4211, ...span }],
  echoes: [],
  watch: {
    ...{ running: true, trouble: null, position: 4200, last: 4211, seen: 4200, detections: 19 },
    ...{ lagMs: { p50: 40, p99: 900 }, rules: 310, correlations: 12, filters: 2, detectors: 41 },
    problems: [{ code: 'FB-RULE-INVALID', file: 'x.yml', line: 3, reason: 'No condition.', warning: false }],
    stopped: [{ detector: 'agent/retry-storm', why: 'It failed.' }],
    others: [{ line: `line-2 ${hostileName}`, position: 4100, saved: at(19) }],
  },
};

export function rotationItem(state: RotationItem['state']): RotationItem {
  return {
    ...{ id: 'f'.repeat(64), kind: 'github-token', title: 'GitHub token', rotate: 'Settings, `Developer settings`.' },
    ...{ opens: [signer.id], first: at(1), last: at(4), count: 2, state },
    places: [{ event: 'event-1', time: at(4), path: 'messages[0]', start: 3, end: 43, locator: 'gateway.log' }],
    decision: state === 'open' ? null : { by: 'Ada', at: at(30), reason: 'Rotated at night.' },
  };
}

const normal: NormalEvent = {
  ...{ id: 'event-1', time: at(1), timeIs: 'told', digest: 'a'.repeat(64), system: 'kubernetes' },
  source: { format: 'kubernetes-audit', locator: 'audit.log', line: 7 },
  actor: { name: hostileName, id: root.id, address: '203.0.113.9', agent: 'curl/8.9.1' },
  ...{ operation: 'get secrets', activity: 'read', targets: [signer.id], outcome: 'done' },
};

export const keptEvent = {
  ...{ no: 7, received: at(2), event: normal, raw: { verb: 'get', user: hostileName } },
  ties: {
    nodes: [
      { as: 'identity', id: root.id, node: root },
      { as: 'target', id: signer.id, node: null },
    ],
    permission: { told: 'RBAC: deployer-binding', node: null },
    step: null,
  },
};

export function hunt(query: string): Hunt {
  const facet = [{ value: hostileName, events: 9 }];
  return {
    query,
    events: [7, 6, 5].map((no) => ({
      ...{
        no,
        received: at(no),
        file: no === 5 ? 'events-0001.parquet' : null,
        event: { ...normal, id: `event-${no}` },
      },
    })),
    ...{ next: null, looked: 4211, found: 3, span },
    facets: {
      ...{ actors: facet, targets: facet, operations: facet, formats: facet },
      ...{ outcomes: [{ value: 'done', events: 9 }], addresses: facet },
    },
    completeness: limited,
  };
}
