/** A switch that was made to be switched costs little (1); switched off, programs do what nobody looked at lately (2). Whoever it gates notices. */
export const fixedCost = { 'set-variant': 1, disable: 2 } as const;
export const weights = { gated: 1 } as const;
