/** Answers about the way back for the console's own browser tests: vault, artifacts, channels, canaries and board, with hostile texts. */
import type { ArtifactPage } from '@firebreak/contract/answers/artifact-page';
import type { ChannelAudit } from '@firebreak/contract/answers/channel-audit';
import type { ShownSnapshot, Vault } from '@firebreak/contract/answers/evidence-vault';
import type { PromotionRecord } from '@firebreak/contract/answers/promotion';
import type { FollowUp, RecoveryBoard, RecoveryItem } from '@firebreak/contract/answers/recovery';
import { type CanaryLine, type CanaryLook, type CanaryRun, canaryConfigSchema } from '@firebreak/contract/canary';
import { compromisedId, gap, hostileName } from './fake-estate.ts';

const at = (minute: number) => `2026-03-04T05:${String(minute).padStart(2, '0')}:00.000Z`;
const digest = 'ab'.repeat(32);
const limited = { answer: 'limited' as const, reasons: [gap] };

const hold = { id: 'hld-1', snapshot: 'snp-1', incident: null, by: hostileName, at: at(9), reason: 'Counsel asked.' };

export const snapshot: ShownSnapshot = {
  snapshot: {
    ...{ id: 'snp-1', incident: 'inc-7f3a', subject: `kubernetes:Namespace/${hostileName}`, snapshotter: 'kubernetes' },
    ...{ title: 'Objects of a namespace', state: 'limited', stores: ['folder', 'locked'], sealing: 'age' },
    ...{ by: 'Ada', reason: `Before the cut of ${hostileName}`, startedAt: at(1), endedAt: at(2) },
    ...{ pieces: 2, references: 1, bytes: 7_340_032, reasons: [gap], retainUntil: at(59), holds: [hold] },
    ...{ manifest: [digest], audit: { at: at(20), state: 'altered', detail: 'One copy in `folder` has other bytes.' } },
  },
  pieces: [
    {
      ...{ name: `Secret/${hostileName}`, mediaType: 'application/json', sha256: digest, size: 2130, clear: null },
      ...{ reference: null, fields: { root: digest, count: 9 } },
    },
    {
      ...{ name: 's3://models/llm/weights.safetensors', mediaType: 'application/octet-stream', sha256: null },
      ...{ size: null, clear: null, fields: null },
      reference: { at: 's3://models/llm', digest: `sha256:${digest}`, because: 'It is too large.', retention: null },
    },
  ],
  custody: ['taken', 'read', 'held'].map((act, index) => ({
    ...{ index: 40 + index, at: at(index), act, who: 'Ada', why: `Because of ${hostileName}` },
    ...{ where: 'firebreak.local, store folder', how: 'firebreak 0.1.0', detail: '3 pieces, sealed.' },
  })),
};

export const vault: Vault = {
  snapshots: [snapshot.snapshot, { ...snapshot.snapshot, id: 'snp-2', state: 'taking', audit: null, holds: [] }],
  stores: [
    { name: 'folder', kind: 'folder', where: '/var/lib/firebreak/evidence', lock: 'write-once' },
    { name: 'locked', kind: 's3', where: `https://s3.example/${hostileName}`, lock: 'object-lock' },
  ],
  kinds: [{ kind: 'kubernetes:Namespace', title: 'Objects of a namespace' }],
};

const read = { state: 'read', why: `So says ${hostileName}.`, next: '' } as const;
const absent = { state: 'absent', why: 'There is none.', next: 'Attach one.' } as const;

export const promotion: PromotionRecord = {
  kind: 'firebreak/promotion-record',
  id: 'prm-1',
  decision: {
    kind: 'firebreak/promotion-decision',
    decision: 'deny',
    why: 'One requirement is not met.',
    requirements: (['missing', 'failed', 'met'] as const).map((state) => ({
      ...{ id: `requirement-${state}`, state, what: `It was evaluated, and ${hostileName}`, why: 'There is none.' },
      ...{ next: state === 'met' ? '' : 'Attach signed results.', about: ['evaluations'], severity: 'high' as const },
    })),
    request: {
      ...{ stage: 'production', environment: '', face: 'ci', by: { name: hostileName, role: 'pipeline' }, at: at(3) },
      subject: { kind: 'model', name: `churn ${hostileName}/7`, digest: `sha256:${digest}`, byDigest: true },
    },
    policyDigest: digest,
    findingsDigest: digest,
  },
  findings: {
    signature: { ...read, verified: true, signer: 'ml-release', by: 'key' },
    scan: { ...read, verdict: 'unsafe', at: at(2), rules: ['pickle/call'] },
    provenance: {
      ...{ ...read, verified: true, builder: 'https://builder.example', buildType: 'https://builder.example/v1' },
      ...{ slsaLevel: 3, dependencies: [{ uri: `git+https://git.example/${hostileName}`, digest: 'gitCommit:ab' }] },
    },
    lineage: { ...read, complete: false, sources: [], unidentified: [hostileName] },
    ...{ evaluations: absent, approvals: absent, incidents: absent, recovery: absent },
  },
  policies: [],
};

export const artifactPage: ArtifactPage = {
  subject: `churn ${hostileName}/7`,
  node: { kind: 'ServiceAccount', id: compromisedId, name: 'predictor' },
  inspection: {
    ...{ subject: `churn ${hostileName}/7`, digest: '', because: 'It was registered.' },
    report: {
      kind: 'firebreak/artifact-report',
      at: at(2),
      verdict: 'unsafe',
      files: [
        {
          ...{ path: `model ${hostileName}.pkl`, bytes: 20, sha256: digest, format: 'pickle', verdict: 'unsafe' },
          reasons: [
            {
              ...{ rule: 'pickle/call', verdict: 'unsafe', inside: ['data.pkl'], offset: 1234 },
              what: `It calls os.system('${hostileName}').`,
            },
          ],
          moreReasons: 3,
        },
      ],
    },
  },
  promotions: [promotion, { ...promotion, id: 'prm-0' }],
};

export const channelAudit: ChannelAudit = {
  since: at(0),
  at: at(30),
  rows: (['moved', 'changed', 'cannot-tell', 'expired', 'not-approved', 'as-approved'] as const).map((state) => ({
    ...{ channel: `oci:Tag/registry.example/${hostileName}/${state}`, kind: 'tag', name: `1.4 ${hostileName}`, state },
    ...{ value: state === 'cannot-tell' ? null : `sha256:${digest}`, severity: 'high', approved: null, before: null },
    ...{ signature: 'none', why: 'It delivers something else than was approved.', next: 'Ask who pushed.' },
  })),
  counts: { moved: 1, changed: 1, 'cannot-tell': 1, expired: 1, 'not-approved': 1, 'as-approved': 1 },
  completeness: limited,
};

/** A name of one line, which is all that a description may have. */
const metric = 'latency <img src=x onerror=alert(1)>';
const side = (centre: number) => ({
  ...{ count: 200, missing: 0, outliers: 2, centre, from: centre * 0.8, to: centre * 1.2, mean: centre },
});
const look = (number: number, fails: boolean): CanaryLook => ({
  ...{ number, stage: number, from: at(number), to: at(number + 1), trouble: [`prometheus: ${hostileName}`] },
  decision: fails ? 'rollback' : 'next-stage',
  why: fails ? 'latency fails the canary alone.' : 'All is as good.',
  verdict: {
    ...{ class: fails ? 'fail' : 'pass', score: fails ? 40 : 100, groups: [], reasons: [] },
    metrics: [
      {
        ...{ metric, kind: 'values', group: 'business', critical: true, failsAlone: fails },
        ...{ class: fails ? 'high' : 'pass', baseline: side(640), canary: side(fails ? 830 : 641), p: 0.0001 },
        ...{ line: 0.001, shift: 190, shiftFrom: 120, shiftTo: 260, effect: null },
        why: `Higher than it should be, says ${hostileName}.`,
      },
    ],
  },
  seen: [{ metric, baseline: side(640), canary: side(fails ? 830 : 641) }],
});

const stages = [5, 25, 100].map((percent) => ({ percent }));

export const canary: CanaryRun = {
  ...{ id: 'can-1', name: `assistant ${hostileName}`, about: 'The version before the poisoned one.', incident: null },
  ...{ state: 'rolled-back', stage: 1, percent: 0, startedAt: at(0), startedBy: 'Ada', stageSince: at(1) },
  ...{ nextLook: null, endedAt: at(4), why: 'latency fails the canary alone.', approval: null },
  moves: (['done', 'unknown'] as const).map((outcome, index) => ({
    ...{ at: at(index), percent: index * 25, why: 'The stage begins.', outcome, detail: `weights of ${hostileName}` },
    probes: [{ what: 'The route has its weight', result: 'fails', evidence: `It answers ${hostileName}.` }],
  })),
  config: canaryConfigSchema.parse({
    name: 'assistant',
    stages,
    metrics: [{ name: metric, critical: true, source: { from: 'sent' } }],
  }),
  looks: [look(0, false), look(1, true)],
};

/** It waits for people before anything is moved. */
export const waitingCanary: CanaryRun = {
  ...{ ...canary, id: 'can-2', state: 'waiting-approval', stage: 0, percent: 0, endedAt: null, moves: [], looks: [] },
  why: 'Its lever is not approved.',
  approval: { digest, what: `Move traffic of ${hostileName}.`, needed: 2, given: [{ by: 'Grace', at: at(1) }] },
};

export const canaries: readonly CanaryLine[] = [canary, waitingCanary].map(({ looks, config, ...run }) => ({
  ...run,
  ...{ stages: config.stages.length, looks: looks.length, score: looks.at(-1)?.verdict.score ?? null },
}));

const item = (more: Partial<RecoveryItem> & Pick<RecoveryItem, 'id' | 'section' | 'title'>): RecoveryItem => ({
  ...{ why: `It is of the incident, says ${hostileName}.`, state: 'open', how: 'person', after: [] },
  ...{ next: 'Look at it, and `say` so.', by: null, at: null, note: null, proof: null },
  ...more,
});

export function recoveryBoard(incident: string): RecoveryBoard {
  return {
    ...{ incident, title: hostileName, at: at(30), digest, next: 'contain/proven', open: 3 },
    items: [
      item({ id: 'contain/proven', section: 'contain', title: 'The incident is contained', how: 'automatic' }),
      item({
        ...{ id: 'evidence/taken', section: 'evidence', title: 'Evidence was taken', state: 'done', by: 'firebreak' },
        ...{ at: at(3), proof: { what: 'Snapshot snp-1 holds it.', entry: 41 } },
      }),
      item({
        ...{ id: 'rotate/key', section: 'rotate', title: `Rotate ${hostileName}`, state: 'failed', how: 'probe' },
        after: ['contain/proven'],
      }),
      item({
        ...{ id: 'return/tools', section: 'return', title: 'Access to tools was assessed' },
        after: ['rotate/key', 'contain/proven'],
      }),
    ],
    signOffs: [{ role: 'security', by: hostileName, at: at(20), board: digest, stands: false, entry: 44 }],
    missing: ['security', 'model-owner', 'service-owner'],
    attestation: { at: at(21), by: 'Ada', sha256: digest, entry: 45, stands: false },
    access: 'held',
    followUps: { open: 1, overdue: 1 },
    completeness: limited,
  };
}

export function followUp(incident: string): FollowUp {
  return {
    ...{ id: 'fup-1', incident, title: `The path by ${hostileName} is gone`, detail: '', kind: 'path', about: null },
    ...{ owner: 'ml platform', openedBy: 'Ada', openedAt: at(1), due: at(2), state: 'open', overdue: true },
    audit: { at: at(40), result: 'there', what: `It is still there: ${hostileName}.` },
    closed: null,
  };
}
