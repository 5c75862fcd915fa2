/**
 * The levers that a plan may pull, each priced once. Edges name levers (`EdgeRule.levers`); this book knows which of them
 * an action at hand can really pull, and what each costs in interrupted legitimate use.
 */
import type { AnyAction, Estate, Impact, Lever } from '@firebreak/contract';
import type { GraphEdge } from '../graph/attack-graph.ts';

export interface PricedLever {
  readonly lever: Lever;
  readonly action: AnyAction;
  readonly impact: Impact;
}

export class LeverBook {
  readonly #estate: Estate;
  readonly #actions: ReadonlyMap<string, AnyAction>;
  readonly #forbidden: ReadonlySet<string>;
  readonly #indexOf = new Map<string, number>();
  readonly #priced: PricedLever[] = [];

  /** @param forbidden keys of levers that must not be used. */
  constructor(estate: Estate, actions: readonly AnyAction[], forbidden: Iterable<string> = []) {
    this.#estate = estate;
    this.#actions = new Map(actions.map((action) => [action.id, action]));
    this.#forbidden = new Set(forbidden);
  }

  /** Indices of the levers that sever this edge and that an action at hand can pull. */
  severing(edge: GraphEdge): readonly number[] {
    const indices: number[] = [];
    for (const lever of edge.rule.levers(edge, this.#estate)) {
      const index = this.#enter(lever);
      if (index !== undefined) indices.push(index);
    }
    return indices;
  }

  at(index: number): PricedLever {
    const priced = this.#priced[index];
    if (priced === undefined) throw new RangeError(`there is no lever ${index}`);
    return priced;
  }

  /** Prices a lever that no edge names (evidence, held credentials); undefined when no action can pull it. */
  price(lever: Lever): PricedLever | undefined {
    const index = this.#enter(lever);
    return index === undefined ? undefined : this.at(index);
  }

  costs(): readonly number[] {
    return this.#priced.map(({ impact }) => impact.cost);
  }

  #enter(lever: Lever): number | undefined {
    const known = this.#indexOf.get(lever.key);
    if (known !== undefined) return known;
    const action = this.#actions.get(lever.action);
    if (action === undefined || this.#forbidden.has(lever.key)) return undefined;
    const params = action.params.safeParse(lever.params);
    if (!params.success)
      throw new TypeError(`an edge rule names ${lever.key}, which ${lever.action} does not understand`);
    const index = this.#priced.length;
    this.#priced.push({ lever, action, impact: action.impact(params.data, this.#estate) });
    this.#indexOf.set(lever.key, index);
    return index;
  }
}
