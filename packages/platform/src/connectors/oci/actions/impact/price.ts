/**
 * What a step costs, in points of the same scale as the other systems' levers: pointing a tag back (2) is what its owner would do; a
 * user who can no longer log in (3) and a registry that takes nothing (4) stop builds; an image that is gone (6) stops what runs it.
 */
export const fixedCost = {
  'pin-tag': 2,
  'suspend-user': 3,
  'read-only': 4,
  'remove-manifest': 6,
} as const satisfies Readonly<Record<string, number>>;
export type Priced = keyof typeof fixedCost;

/** Who notices when it stops. What its owner says of it (SLA, sensitivity) the planner weighs, for all systems alike. */
export const weights = { batch: 1, internal: 2, service: 3 } as const;
