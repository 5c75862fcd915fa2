/** One grant on one table (2): the role that loses it, those that have it by membership, and everybody, where it was everybody's. */
export const fixedCost = { 'revoke-grant': 2 } as const;
export const weights = { member: 1, role: 2, everybody: 4 } as const;
