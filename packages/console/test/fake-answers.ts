/**
 * Answers about the estate for the console's own browser tests: of the agreed form, as long as real ones get when a
 * test asks for it (20,000 nodes, a matrix of 500 × 200), and with hostile names in them. It understands just enough of the query language to be
 * asked by the console; what a query means is tested where it is implemented.
 */
import type { AiTools } from '@firebreak/contract/answers/ai-tools';
import type { Channels } from '@firebreak/contract/answers/channels';
import type { Exposure } from '@firebreak/contract/answers/exposure';
import type { Identities } from '@firebreak/contract/answers/identities';
import type { Asset, Inventory } from '@firebreak/contract/answers/inventory';
import type { Lineage } from '@firebreak/contract/answers/lineage';
import type { Privileges } from '@firebreak/contract/answers/privileges';
import type { RequestPath } from '@firebreak/contract/answers/request-path';
import type { ThirdParties } from '@firebreak/contract/answers/third-parties';
import type { ThreatModel } from '@firebreak/contract/answers/threat-model';
import type { WhatIf } from '@firebreak/contract/answers/what-if';
import { gap, hostileName, nodes, paths } from './fake-estate.ts';

const limited = { answer: 'limited' as const, reasons: [gap] };
const complete = { answer: 'complete' as const };
const now = '2026-03-04T03:10:00.000Z';
const path = paths[0] as (typeof paths)[number];

const owners = ['ml platform', 'search', 'fraud', undefined];
const classes = ['workload', 'identity', 'model', 'dataset', 'credential'];

/** The nodes of the fake estate, and others. */
const assets: readonly Asset[] = [
  ...nodes.map((node) => ({
    ...node,
    about: { owner: 'platform', sensitivity: 'restricted', hosting: 'cloud' as const },
  })),
  ...Array.from({ length: 20_000 - nodes.length }, (_, i): Asset => {
    const owner = owners[i % 4];
    return {
      id: `kubernetes:Thing/ns-${i % 40}/thing-${i}`,
      kind: 'Thing',
      class: classes[i % 5] as string,
      name: `thing-${i}`,
      namespace: `ns-${i % 40}`,
      facts: [`kubernetes:Thing/ns-${i % 40}/thing-${i}`],
      ...(owner === undefined ? {} : { about: { owner } }),
    };
  }),
];

/** @param large 20,000 nodes instead of 400 */
export function inventory(q: string, limit: number, large: boolean): Inventory {
  const id = /^id = "((?:[^"\\]|\\.)*)"$/.exec(q)?.[1]?.replace(/\\(.)/g, '$1');
  const part = /^id = "\*(.*)\*"/.exec(q)?.[1];
  const assetClass = /class in \("(\w+)"\)/.exec(q)?.[1];
  const found = assets
    .slice(0, large ? 20_000 : 400)
    .filter(
      (node) =>
        (part === undefined ? id === undefined || node.id === id : node.id.includes(part.replace(/\\(.)/g, '$1'))) &&
        (assetClass === undefined || node.class === assetClass),
    );
  const listed = /reach|edge/.test(q) ? found.slice(0, 7) : found;
  return { query: q, now, total: listed.length, nodes: listed.slice(0, limit), completeness: limited };
}

const identity = (i: number) => ({
  kind: 'ServiceAccount',
  id: `kubernetes:ServiceAccount/ns-${i}/identity-${i}`,
  name: i === 3 ? hostileName : `identity-${i}`,
});
const jewel = (i: number) => ({ kind: 'Secret', id: `kubernetes:Secret/vault/jewel-${i}`, name: `jewel-${i}` });

/** 500 identities × 200 jewels, fewer, or one pair with its path. */
export function exposure(size: 'large' | 'small' | 'pair'): Exposure {
  const [rows, columns] = { large: [500, 200] as const, small: [40, 30] as const, pair: [1, 1] as const }[size];
  const identities = Array.from({ length: rows }, (_, i) => {
    const reaches = Array.from({ length: columns }, (_, k) => k).filter((k) => (i * 7 + k * 3) % 5 < 3 || k === 0);
    return { ...identity(i), score: reaches.length * 6, reaches };
  });
  return {
    identities,
    protected: Array.from({ length: columns }, (_, k) => ({
      ...jewel(k),
      class: 'credential',
      jewel: 'signs models',
      impact: { value: 10 - (k % 10), from: 'stated' as const },
      reachedBy: 300,
      score: 3000 - k,
    })),
    why: size === 'pair' ? [path] : [],
    counts: { identities: 900, exposing: rows, protected: columns, exposed: columns, pairs: 60_000, score: 360_000 },
    completeness: limited,
  };
}

export function whatIf(toggles: readonly string[]): WhatIf {
  const after = Math.max(1000, 360_000 - 60_000 * toggles.length);
  return {
    toggled: toggles.map((toggle) => ({ toggle, is: 'fact', edges: 4 })),
    before: { exposing: 500, exposed: 200, pairs: 60_000, score: 360_000 },
    after: { exposing: 500 - toggles.length, exposed: 200, pairs: 50_000, score: after },
    relieved: [{ ...identity(0), loses: [jewel(0)], keeps: 119, score: 10 }],
    left: [path],
    completeness: complete,
  };
}

export function identities(one: boolean): Identities {
  const row = (i: number): Identities['identities'][number] => ({
    ...identity(i),
    class: 'identity',
    ...(i % 2 === 0 ? { owner: 'ml platform' } : {}),
    tenure: {
      lifetime: 'static',
      access: 'standing',
      created: '2024-03-04T03:10:00.000Z',
      lastUsed: i % 3 === 0 ? 'never' : now,
    },
    days: { age: 730, ...(i % 3 === 0 ? {} : { idle: 120 + i }) },
    usedBy: [jewel(1)],
    functions: ['inference'],
    reaches: 12,
    score: 80,
    findings: [
      { finding: 'static', why: 'it is valid until somebody takes it away' },
      ...(i % 3 === 0
        ? [{ finding: 'unused' as const, why: 'its system keeps record of use, and there is none' }]
        : []),
    ],
  });
  return {
    now,
    identities: Array.from({ length: one ? 1 : 5000 }, (_, i) => row(i)),
    counts: {
      total: 5000,
      lastUseKnown: 3333,
      ageKnown: 5000,
      expiryKnown: 0,
      findings: {
        stale: 0,
        unattached: 0,
        unused: 1667,
        expired: 0,
        shared: 0,
        'several-functions': 0,
        static: 5000,
        standing: 0,
        'outlives-workload': 0,
      },
    },
    completeness: limited,
  };
}

const station = (i: number) => ({ kind: 'Pod', id: `kubernetes:Pod/serving/station-${i}`, name: `station-${i}` });

/** A tree of 120 stations, three to a hop. */
export const requestPath: RequestPath = {
  endpoint: station(0),
  stations: Array.from({ length: 120 }, (_, i) => ({
    ...station(i),
    class: 'workload',
    station: i === 0 ? ('entry' as const) : ('inference' as const),
    hops: i === 0 ? 0 : 1 + Math.floor(Math.log(i + 2) / Math.log(3)),
    runsAs: [identity(i)],
    influences: [
      { ...identity(i), class: 'identity', how: 'runs-as' as const },
      { ...identity(3), class: 'identity', how: 'attack' as const },
    ],
  })),
  hops: Array.from({ length: 119 }, (_, i) => ({
    from: station(Math.floor(i / 3)),
    to: station(i + 1),
    type: 'POD_CALL',
    by: i % 9 === 0 ? [identity(i)] : [],
    facts: [station(i).id],
    likelihood: i % 5 === 0 ? 0.5 : 1,
  })),
  actors: [{ ...identity(3), class: 'identity', stations: 120, direct: 1 }],
  completeness: limited,
};

export const lineage: Lineage = {
  model: { ...station(0), class: 'model', distance: 0, detail: { digest: 'sha256:abc' } },
  upstream: [
    { ...station(1), class: 'pipeline', distance: 1 },
    { ...station(2), class: 'dataset', distance: 2, owner: '<b>data</b>' },
  ],
  downstream: [{ ...station(3), class: 'artifact', distance: 1 }],
  running: [{ ...station(4), class: 'workload', distance: 1, hosts: [station(9)] }],
  endpoints: [{ ...station(5), class: 'endpoint', distance: 1 }],
  links: [
    [2, 1],
    [1, 0],
    [0, 3],
    [6, 0],
    [5, 6],
  ].map(([from = 0, to = 0]) => ({
    from: station(from),
    to: station(to),
    type: 'MADE_FROM',
    facts: ['mlflow.run/1'],
    likelihood: to === 1 ? 0.6 : 1,
  })),
  completeness: complete,
};

export const threatModel: ThreatModel = {
  asset: assets[0] as Asset,
  impact: { value: 9, from: 'stated' },
  entryPoints: [{ class: 'identity', of: 44, reach: 12, nearest: identity(3), steps: 3, likelihood: 0.8 }],
  threats: [path],
  techniques: [{ id: 'T1078', framework: 'ATT&CK', steps: ['POD_EXEC'] }],
  mitigations: [
    {
      type: 'POD_EXEC',
      from: identity(1),
      to: jewel(1),
      threats: 1,
      cut: 'Take the right away.',
      levers: ['revoke|{}'],
    },
  ],
  chokepoints: [{ ...identity(2), guards: 1 }],
  gaps: ['Nobody stated who owns it. <script>alert(1)</script>'],
  completeness: limited,
};

export const aiTools: AiTools = {
  tools: [
    {
      kind: 'Agent',
      id: 'kubernetes:Agent.kagent.dev/ml/helper',
      name: `helper ${hostileName}`,
      class: 'agent',
      runBy: [station(1)],
      actsAs: [
        {
          ...identity(1),
          class: 'identity',
          lasts: 'long-lived',
          of: 'workload',
          grants: [identity(2)],
          sharedWith: [station(1)],
        },
        { ...identity(3), class: 'credential', lasts: 'unknown', of: 'itself', grants: [], sharedWith: [] },
      ],
      calls: Array.from({ length: 9 }, (_, i) => identity(i)),
      lastSeen: { time: '2026-11-20T10:00:00.000Z', operation: `execute_tool ${hostileName}`, as: 'x' },
    },
  ],
  counts: { total: 1, identified: 1, longLived: 1, seen: 1 },
  completeness: limited,
};

export const channels: Channels = {
  channels: [
    {
      kind: 'Application.argoproj.io',
      id: 'kubernetes:Application.argoproj.io/argocd/serving',
      name: 'serving',
      class: 'update-channel',
      driven: 'repository',
      sources: [{ kind: 'Repository', id: 'git:Repository/git.local/deploy', name: 'git.local/deploy' }],
      delivers: [station(1)],
      publish: Array.from({ length: 9 }, (_, i) => ({
        ...identity(i),
        class: 'identity',
        type: 'REPO_PUSH',
        through: [],
      })),
      promote: [],
      pull: [{ ...identity(1), class: 'identity' }],
      findings: [{ finding: 'publishes-what-it-runs', actor: identity(3), why: 'What it delivers runs with it.' }],
    },
  ],
  counts: { channels: 1, publishers: 9, mixed: 1 },
  completeness: complete,
};

export const thirdParties: ThirdParties = {
  vendors: [
    {
      vendor: 'Acme <i>Models</i>',
      services: [
        { ...jewel(1), class: 'model', hosting: 'saas', permittedUse: ['support'], duties: { notification: '72 h' } },
      ],
      reaches: [{ ...jewel(2), class: 'dataset', sensitivity: 'restricted', jewel: 'personal data', access: 'read' }],
      reachedFrom: 12,
      why: path,
      constrain: [{ type: 'API_CALL', from: identity(1), to: jewel(2), cut: 'Take the scope away.', severedBy: [] }],
      missing: ['how fast it tells of an incident'],
    },
  ],
  completeness: complete,
};

export const privileges: Privileges = {
  evidence: [{ source: 'audit.log', from: now, to: now, events: 1200 }],
  identities: [
    {
      ...identity(1),
      verdict: 'over-granted',
      why: '2 of 3 grants were never used.',
      granted: [
        { what: 'get,list secrets in prod', object: 'kubernetes:Role/prod/reader', used: 'unused' },
        { what: 'get pods in prod', object: 'kubernetes:Role/prod/reader', used: 'used', lastUsed: now },
      ],
      proposals: [
        {
          object: 'kubernetes:Role/prod/reader',
          format: 'yaml',
          diff: '--- a\n+++ b\n-  - secrets\n+  # none',
          remove: false,
          alsoHeldBy: [identity(2)],
        },
      ],
    },
  ],
  counts: { identities: 1, overGranted: 1, unused: 0, cannotTell: 0 },
  completeness: complete,
};
