/**
 * The levers that a plan may pull, each priced once. Edges name levers (`EdgeRule.levers`); this book knows which of them
 * an action at hand can really pull, what each costs, and of those that it cannot pull, why.
 */
import { type AnyAction, FirebreakError, type Lack, type Lever, type Stage } from '@firebreak/contract';
import type { AttackGraph, GraphEdge } from '../graph/attack-graph.ts';
import { type HostingLimit, hostingLimit } from './hosting.ts';
import { isBanned } from './lever-text.ts';
import type { ObservedUse } from './price/observed-use.ts';
import { type Price, priceOf } from './price/price.ts';

export interface PricedLever {
  readonly lever: Lever;
  readonly action: AnyAction;
  readonly params: unknown;
  readonly price: Price;
}

/** An action that there is and that cannot be pulled here. */
export interface Withheld {
  readonly action: string;
  readonly is: 'right' | 'connector';
  /** One sentence: which right is missing, which connector would have to be connected. */
  readonly what: string;
  /** Parameters for which it can be pulled all the same. */
  readonly except?: (params: unknown) => boolean;
}

export interface LeverBookOptions {
  readonly actions: readonly AnyAction[];
  readonly use: ObservedUse;
  /** Keys of levers, or ids of actions, that must not be used. */
  readonly bans: ReadonlySet<string>;
  /** Stages that the plan does without. */
  readonly without: readonly Stage[];
  readonly objective: (price: Price) => number;
  readonly withheld: readonly Withheld[];
}

export interface LeftOut {
  readonly lever: Lever;
  readonly action: AnyAction;
  readonly params: unknown;
  readonly limit: HostingLimit;
}

export class LeverBook {
  readonly #graph: AttackGraph;
  readonly #options: LeverBookOptions;
  readonly #actions: ReadonlyMap<string, AnyAction>;
  readonly #withheld: ReadonlyMap<string, Withheld>;
  readonly #indexOf = new Map<string, number>();
  readonly #priced: PricedLever[] = [];
  readonly #costs: number[] = [];
  readonly #leftOut = new Map<string, LeftOut>();
  readonly #barred = new Map<string, Withheld>();

  constructor(graph: AttackGraph, options: LeverBookOptions) {
    this.#graph = graph;
    this.#options = options;
    this.#actions = new Map(options.actions.map((action) => [action.id, action]));
    this.#withheld = new Map(options.withheld.map((each) => [each.action, each]));
  }

  /** Indices of the levers that sever this edge and that can be pulled. */
  severing(edge: GraphEdge): readonly number[] {
    const indices: number[] = [];
    for (const lever of edge.rule.levers(edge, this.#graph.estate)) {
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

  /** A lever that no edge names (evidence, held credentials); undefined when it cannot be pulled. */
  price(lever: Lever): PricedLever | undefined {
    const index = this.#enter(lever);
    return index === undefined ? undefined : this.at(index);
  }

  /** The number of a lever that must be pulled. @throws FirebreakError FB-PLAN-CONTRADICTION with why it cannot be */
  pin(lever: Lever): number {
    const understood = this.#actions.get(lever.action)?.params.safeParse(lever.params).success ?? true;
    const index = understood ? this.#enter(lever) : undefined;
    if (index !== undefined) return index;
    throw new FirebreakError('FB-PLAN-CONTRADICTION', `${lever.key} is pinned. ${this.lackOf(lever).what}`, {
      detail: { pinned: lever.key },
    });
  }

  /** What each lever counts for in the objective. */
  costs(): readonly number[] {
    return this.#costs;
  }

  /** Levers that would have served but for who runs the thing, in the order in which they were met. */
  leftOut(): readonly LeftOut[] {
    return [...this.#leftOut.values()];
  }

  /** Whether an action at hand has this id. */
  knows(action: string): boolean {
    return this.#actions.has(action);
  }

  /** Why a lever cannot be pulled. Only for those that cannot. */
  lackOf({ key, action: id }: Lever): Lack {
    const action = this.#actions.get(id);
    if (action === undefined) {
      const withheld = this.#withheld.get(id);
      return withheld === undefined
        ? { is: 'lever', action: id, what: `No connector offers ${id}.` }
        : { is: withheld.is, action: id, what: withheld.what };
    }
    const barred = this.#barred.get(key);
    if (barred !== undefined) return { is: barred.is, action: id, what: barred.what };
    const left = this.#leftOut.get(key);
    if (left !== undefined) return { is: 'hosting', action: id, what: `${left.limit.why} ${left.limit.instead}` };
    if (isBanned({ key, action: id }, this.#options.bans))
      return { is: 'forbidden', action: id, what: `The request forbids ${key}.` };
    if (this.#options.without.includes(action.stage))
      return { is: 'forbidden', action: id, what: `The variant does without steps of the stage ${action.stage}.` };
    return { is: 'lever', action: id, what: `${id} does not understand ${key}.` };
  }

  #enter(lever: Lever): number | undefined {
    const known = this.#indexOf.get(lever.key);
    if (known !== undefined) return known;
    const action = this.#actions.get(lever.action);
    const { bans, without, use, objective } = this.#options;
    if (action === undefined || isBanned(lever, bans) || without.includes(action.stage)) return undefined;
    const parsed = action.params.safeParse(lever.params);
    if (!parsed.success)
      throw new TypeError(`an edge rule names ${lever.key}, which ${lever.action} does not understand`);
    const params: unknown = parsed.data;
    const withheld = this.#withheld.get(lever.action);
    if (withheld !== undefined && withheld.except?.(params) !== true) {
      this.#barred.set(lever.key, withheld);
      return undefined;
    }
    const limit = hostingLimit(
      this.#graph.nodes[this.#graph.indexOf.get(action.target(params).id) ?? -1],
      action.stage,
    );
    if (limit !== undefined) {
      this.#leftOut.set(lever.key, { lever, action, params, limit });
      return undefined;
    }
    const index = this.#priced.length;
    const price = priceOf(action, params, this.#graph, use);
    this.#priced.push({ lever, action, params, price });
    this.#costs.push(objective(price));
    this.#indexOf.set(lever.key, index);
    return index;
  }
}
