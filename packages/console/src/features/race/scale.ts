import type { Estimate } from '@firebreak/contract/answers/race';

/** Edges that hold every interval of a column, 0 among them. */
export function scaleOf(estimates: readonly Estimate[]): { readonly from: number; readonly to: number } {
  return {
    from: Math.min(0, ...estimates.map(({ low }) => low)),
    to: Math.max(0, ...estimates.map(({ high }) => high)),
  };
}

/** The same without zero, where what matters is how far they lie apart. */
export function spreadOf(estimates: readonly Estimate[]): { readonly from: number; readonly to: number } {
  return {
    from: Math.min(...estimates.map(({ low }) => low)),
    to: Math.max(...estimates.map(({ high }) => high)),
  };
}
