/** In points of the same scale as the levers of other systems. */
export const fixedCost = { 'session-revoked': 3, 'credential-change': 3 } as const;
export const weights = { 'whoever has a session': 1 } as const;
