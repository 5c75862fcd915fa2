/**
 * What a step costs, in points of the same scale as the other systems' levers: a fixed part by lever, and one weight for each
 * legitimate use that is interrupted. Asking for a review, taking write rights from tokens or silencing a webhook (2) slows people
 * down; a key, a role, one workflow (3) stop somebody; an app (4), an environment (4), a locked branch (5), a machine (5) and all
 * of Actions (6) stop a team.
 */
export const fixedCost = {
  'cancel-runs': 2,
  'close-environment': 4,
  'disable-actions': 6,
  'disable-webhook': 2,
  'disable-workflow': 3,
  'lock-branch': 5,
  'lower-role': 3,
  'remove-deploy-key': 3,
  'remove-runner': 5,
  'require-review': 2,
  'restrict-workflow-token': 2,
  'suspend-installation': 4,
} as const satisfies Readonly<Record<string, number>>;
export type Priced = keyof typeof fixedCost;

/** Who notices when it stops. What its owner says of it (SLA, sensitivity) the planner weighs, for all systems alike. */
export const weights = { batch: 1, person: 1, internal: 2, delivery: 3 } as const;
export type Reach = keyof typeof weights;
