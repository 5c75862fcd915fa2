/**
 * Minimum-cost hitting set, grown row by row: given sets of levers, choose levers of least total cost so that every set
 * has a chosen one. The master problem of the cut (see cut.ts), solved exactly by HiGHS as
 *
 *     min Σ cost[l]·x[l]   s.t.   Σ_{l ∈ set} x[l] ≥ 1 for every set,   x binary.
 *
 * What must stay true: `bound` never exceeds the cost of any hitting set of the sets added so far, and hence of any cut.
 * Work is limited by branch-and-bound nodes, not by seconds, so that equal input gives equal output on any machine.
 */
import highs, { type Highs } from 'highs';

export type Solver = Highs;

/** The package's types describe its CommonJS form, where the loader is one level deeper than in the ES module that Node loads. */
const loadHighs = highs as unknown as (typeof highs)['default'];

let loading: Promise<Solver> | undefined;
/** Loads the WebAssembly solver once; about 50 ms the first time. */
export function loadSolver(): Promise<Solver> {
  loading ??= loadHighs();
  return loading;
}

export interface HittingSet {
  /** Chosen lever indices, ascending. */
  readonly chosen: readonly number[];
  readonly cost: number;
  /** Proven lower bound on the cost of any hitting set. */
  readonly bound: number;
  readonly optimal: boolean;
}

const NODE_LIMIT = 20_000;

/**
 * @param costs positive cost of each lever.
 * @param use called with the open problem; `add` gives a set (lever indices, not empty), `solve` the best choice so far.
 */
export function withHittingSet<T>(
  solver: Solver,
  costs: readonly number[],
  use: (problem: { add(set: readonly number[]): void; solve(): HittingSet }) => T,
): T {
  return solver.withModel({ format: 'lp', data: 'Minimize\n obj:\nSubject To\nEnd\n' }, (model) => {
    model.options.set({
      output_flag: false,
      mip_rel_gap: 0,
      mip_abs_gap: 1e-6,
      mip_max_nodes: NODE_LIMIT,
      random_seed: 0,
    });
    // Only levers that some set names become columns: an estate has thousands of levers, a cut concerns a few.
    const column = new Map<number, number>();
    const leverOf: number[] = [];
    const columnOf = (lever: number): number => {
      let index = column.get(lever);
      if (index === undefined) {
        index = leverOf.length;
        model.addVar(0, 1);
        model.changeColCost(index, costs[lever] ?? 1);
        model.changeColIntegrality(index, solver.constants.variableType.integer);
        column.set(lever, index);
        leverOf.push(lever);
      }
      return index;
    };
    let rows = 0;
    return use({
      add(set) {
        const indices = [...new Set(set)].map(columnOf).sort((a, b) => a - b);
        model.addRow(1, solver.infinity, { indices, values: indices.map(() => 1) });
        rows += 1;
      },
      solve() {
        if (rows === 0) return { chosen: [], cost: 0, bound: 0, optimal: true };
        model.run();
        const values = model.getSolution().colValue;
        const chosen = leverOf.filter((_, index) => (values[index] ?? 0) > 0.5).sort((a, b) => a - b);
        const cost = chosen.reduce((sum, lever) => sum + (costs[lever] ?? 1), 0);
        const optimal = model.getModelStatus() === solver.constants.modelStatus.optimal;
        const dual = Number(model.info.get('mip_dual_bound'));
        return { chosen, cost, bound: optimal ? cost : Math.max(0, Number.isFinite(dual) ? dual : 0), optimal };
      },
    });
  });
}
