/**
 * What a step costs, in points of the same scale as the Kubernetes levers: a fixed part by lever, and one weight for each
 * legitimate use that is interrupted. Adding a deny that names one right (2) breaks the least; a key (3), a trust (3), a whole
 * identity (5) break more; what stops a workload (6 and more) is noticed; deleting what serves (20) is what customers notice.
 */
export const fixedCost = {
  'deny-permission': 2,
  'deny-ecr-push': 2,
  'deny-bedrock': 2,
  'block-public-bucket': 2,
  'close-security-group': 3,
  'deactivate-access-key': 3,
  'detach-policy': 3,
  'narrow-inline-policy': 3,
  'narrow-managed-policy': 3,
  'cut-trust': 3,
  'block-cross-account-bucket': 3,
  'revoke-sessions': 4,
  'rotate-secret': 4,
  'deny-agent-runtime': 5,
  'isolate-instance': 6,
  'quarantine-identity': 6,
  'stop-notebook': 6,
  'lambda-concurrency-zero': 10,
  'stop-sagemaker-endpoint': 20,
} as const satisfies Readonly<Record<string, number>>;
export type Priced = keyof typeof fixedCost;

/** Who notices when it stops. What its owner says of it (SLA, sensitivity) the planner weighs, for all systems alike. */
export const weights = { batch: 1, internal: 2, service: 3, outside: 4, model: 5 } as const;
export type Reach = keyof typeof weights;
