/** A promotion with everything that is asked for; tests take away from it. */
import type { PromotionFindings, PromotionRequest } from '@firebreak/contract';

const digest = `sha256:${'a1'.repeat(32)}`;

export function request(changes: Partial<PromotionRequest> = {}): PromotionRequest {
  return {
    subject: { kind: 'model', name: 'churn/7', digest, byDigest: true },
    stage: 'production',
    environment: '',
    face: 'ci',
    by: { name: 'ci', role: 'pipeline' },
    at: '2026-11-22T01:00:00.000Z',
    ...changes,
  };
}

export function good(): PromotionFindings {
  const read = { state: 'read', why: 'It is so.', next: '' } as const;
  return {
    signature: { ...read, verified: true, signer: 'ml-release', by: 'key' },
    scan: { ...read, verdict: 'safe', at: '2026-11-22T00:00:00.000Z', rules: [] },
    provenance: {
      ...read,
      verified: true,
      builder: 'https://builder.example/ml',
      buildType: 'https://builder.example/train/v1',
      slsaLevel: 3,
      dependencies: [{ uri: 'git+https://git.example/ml/churn', digest: 'gitCommit:ab' }],
    },
    lineage: { ...read, complete: true, sources: ['mlflow:Dataset/x'], unidentified: [] },
    evaluations: { ...read, verified: true, passed: ['golden'], failed: [], metrics: { accuracy: 0.93 } },
    approvals: { ...read, given: [{ by: 'lin', role: 'approver', how: 'ledger' }] },
    incidents: { ...read, open: [], past: [] },
    recovery: { state: 'absent', why: 'No recovery was attested.', next: '' },
  };
}
