/**
 * The planner against brute force on small worlds: levers are tried in every combination, reach is computed by a loop
 * that shares nothing with the graph's. Worlds have AND-steps, groups, levers that sever several edges, and edges that
 * nothing severs.
 */
import {
  type AnyAction,
  defineAction,
  type EdgeRule,
  FirebreakError,
  type LiveEdge,
  lever,
  type NodeRule,
  planVariants,
} from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { estateOf } from '../facts/estate.ts';
import { deriveGraph } from '../graph/derive-graph.ts';
import { checkClaims } from './check-claims.ts';
import { checkPlan, parsePlan } from './check-plan.ts';
import { checkSteps } from './check-steps.ts';
import { loadSolver } from './hitting-set.ts';
import { makePlan, type PlanRequest } from './make-plan.ts';
import { planDigest } from './plan-digest.ts';

interface WorldEdge {
  readonly from: readonly number[];
  readonly to: number;
  readonly levers: readonly number[];
}
interface SmallWorld {
  readonly nodes: number;
  readonly jewels: readonly number[];
  readonly edges: readonly WorldEdge[];
  /** Members of the one group; an edge to node −1 leads to it. */
  readonly group: readonly number[];
  readonly costs: readonly number[];
}

const idOf = (node: number) => `t:Thing/n${node}`;
const leverOf = (index: number) => lever('t.pull', { index });

function graphOf(world: SmallWorld) {
  const nodeRule: NodeRule = {
    kinds: ['Thing'],
    needs: [],
    *derive() {
      for (let node = 0; node < world.nodes; node += 1) {
        yield {
          id: idOf(node),
          kind: 'Thing',
          class: 'workload',
          name: `n${node}`,
          facts: [`f${node}`],
          ...(world.jewels.includes(node) ? { jewel: 'it matters' } : {}),
        };
      }
    },
  };
  const rule: EdgeRule = {
    label: 'STEP',
    from: ['Thing'],
    to: ['Thing'],
    needs: [],
    techniques: [],
    traverse: 'seconds',
    explain: { what: 'a step', why: 'because', cut: 'pull a lever' },
    severedBy: ['t.pull'],
    *derive() {
      for (const edge of world.edges) {
        const [from, ...others] = edge.from.map(idOf);
        const to =
          edge.to >= 0
            ? idOf(edge.to)
            : {
                key: 'all',
                label: 'any member',
                members: () => world.group.map((node) => ({ node: idOf(node), facts: [`f${node}`] })),
              };
        yield { from: from as string, with: others, to, facts: ['f0'] };
      }
    },
    levers: (edge) => [...leversOfStep(world, edge)].map(leverOf),
  };
  return deriveGraph(estateOf([], []), [nodeRule], [rule]);
}

/** A step may have been derived by several edges of the world: a lever severs it only when it severs all of them. */
function leversOfStep(world: SmallWorld, edge: Pick<LiveEdge, 'from' | 'with' | 'to'>): Set<number> {
  const same = stepsOf(world).filter((step) => step.key === keyOf([edge.from, ...edge.with], edge.to));
  const [first, ...rest] = same.map((step) => new Set(step.levers));
  return new Set([...(first ?? [])].filter((index) => rest.every((set) => set.has(index))));
}

function keyOf(from: readonly string[], to: string): string {
  return `${[...new Set(from)].sort().join('+')}>${to}`;
}

function stepsOf(world: SmallWorld) {
  return world.edges.flatMap((edge) =>
    (edge.to >= 0 ? [edge.to] : world.group).map((to) => ({
      from: edge.from,
      to,
      levers: edge.levers,
      key: keyOf(edge.from.map(idOf), idOf(to)),
    })),
  );
}

function reachedWithout(world: SmallWorld, start: readonly number[], pulled: ReadonlySet<number>): Set<number> {
  const steps = stepsOf(world).filter((step) => {
    const levers = leversOfStep(world, {
      from: idOf(step.from[0] as number),
      with: step.from.slice(1).map(idOf),
      to: idOf(step.to),
    });
    return ![...levers].some((index) => pulled.has(index));
  });
  const held = new Set(start);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { from, to } of steps) {
      if (!held.has(to) && from.every((tail) => held.has(tail))) {
        held.add(to);
        grew = true;
      }
    }
  }
  return held;
}

function bruteForce(
  world: SmallWorld,
  { pinned = [], banned = [] }: { pinned?: readonly number[]; banned?: readonly number[] } = {},
): { cost: number; saved: number[] } {
  const count = world.costs.length;
  const goals = world.jewels.filter((jewel) => jewel !== 0);
  const all = Array.from({ length: count }, (_, index) => index).filter((index) => !banned.includes(index));
  const everything = new Set(all);
  const hopeless = reachedWithout(world, [0], everything);
  const saved = goals.filter((goal) => !hopeless.has(goal));
  let best = Number.POSITIVE_INFINITY;
  for (let mask = 0; mask < 1 << count; mask += 1) {
    const pulled = new Set(all.filter((index) => (mask >> index) & 1));
    if (banned.some((index) => (mask >> index) & 1) || pinned.some((index) => !pulled.has(index))) continue;
    const cost = [...pulled].reduce((sum, index) => sum + (world.costs[index] ?? 0), 0);
    if (cost >= best) continue;
    const held = reachedWithout(world, [0], pulled);
    if (saved.every((goal) => !held.has(goal))) best = cost;
  }
  return { cost: best, saved };
}

function pullAction(costs: readonly number[]): AnyAction {
  return defineAction<{ index: number }, null, null>({
    id: 't.pull',
    title: 'Pull',
    stage: 'access',
    targetKinds: ['Thing'],
    params: z.object({ index: z.number() }),
    before: z.null(),
    permissions: [],
    target: ({ index }) => ({ kind: 'Thing', id: idOf(0), name: `${index}` }),
    describe: ({ index }) => `Pull lever ${index}`,
    undoes: () => 'Push it back',
    drastic: () => false,
    impact: ({ index }) => ({ cost: costs[index] ?? 1, interrupts: [] }),
    read: async () => ({ record: null }),
    preview: () => [],
    apply: async () => ({ outcome: 'done' }),
    inEffect: () => true,
    probe: async () => [],
    reversal: { kind: 'restore', restore: async () => ({ outcome: 'done' }), restored: () => true },
  });
}

const worlds = fc
  .record({ nodes: fc.integer({ min: 3, max: 8 }), levers: fc.integer({ min: 1, max: 6 }) })
  .chain(({ nodes, levers }) =>
    fc.record({
      nodes: fc.constant(nodes),
      jewels: fc.uniqueArray(fc.integer({ min: 1, max: nodes - 1 }), { minLength: 1, maxLength: 3 }),
      group: fc.uniqueArray(fc.integer({ min: 0, max: nodes - 1 }), { maxLength: 4 }),
      costs: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: levers, maxLength: levers }),
      edges: fc.array(
        fc.record({
          from: fc.uniqueArray(fc.integer({ min: 0, max: nodes - 1 }), { minLength: 1, maxLength: 2 }),
          to: fc.integer({ min: -1, max: nodes - 1 }),
          levers: fc.uniqueArray(fc.integer({ min: 0, max: levers - 1 }), { maxLength: 3 }),
        }),
        { maxLength: 14 },
      ),
    }),
  );

const solver = await loadSolver();

/** From 0 one leads to 1 directly and as a member of the group, and only the first is in the way to the jewel. */
const sameStepTwice = {
  nodes: 5,
  jewels: [3],
  group: [2, 1],
  costs: [1, 1, 1, 1, 1],
  edges: [
    { from: [0], to: 1, levers: [4] },
    { from: [0], to: -1, levers: [4] },
    { from: [2, 1], to: 3, levers: [] },
  ],
};

test('the cut is the cheapest there is, and the independent check confirms it', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const graph = graphOf(world);
      const plan = makePlan(
        graph,
        { compromised: [graph.resolve(idOf(0))], protect: 'default', actions: [pullAction(world.costs)] },
        solver,
      );
      const { cost, saved } = bruteForce(world);
      expect(plan.cutCost).toBe(cost);
      expect(plan.lowerBound).toBeCloseTo(cost, 5);
      expect(plan.certificate.exempt).toHaveLength(world.jewels.filter((jewel) => jewel !== 0).length - saved.length);
      const pulled = new Set(plan.steps.map((step) => step.lever.params.index as number));
      const held = reachedWithout(world, [0], pulled);
      for (const goal of saved) expect(held.has(goal)).toBe(false);
      expect(
        checkPlan(plan, graph, checkClaims(plan, graph, [pullAction(world.costs)])).checks.filter(({ ok }) => !ok),
      ).toEqual([]);
    }),
    { numRuns: 1000, examples: [[sameStepTwice]] },
  );
});

test('the same world gives the same plan to the last byte', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const make = () => {
        const graph = graphOf(world);
        return makePlan(
          graph,
          { compromised: [graph.resolve(idOf(0))], protect: 'default', actions: [pullAction(world.costs)] },
          solver,
        );
      };
      expect(make()).toEqual(make());
    }),
    { numRuns: 50 },
  );
});

test('with pins and bans the cut is the cheapest that has the one and not the other', () => {
  const wished = worlds.chain((world) =>
    fc.record({
      world: fc.constant(world),
      pinned: fc.uniqueArray(fc.nat(world.costs.length - 1), { maxLength: 2 }),
      banned: fc.uniqueArray(fc.nat(world.costs.length - 1), { maxLength: 2 }),
    }),
  );
  fc.assert(
    fc.property(wished, ({ world, pinned, banned: given }) => {
      const banned = given.filter((index) => !pinned.includes(index));
      const { graph, plan } = planOf(
        world,
        banned.map((index) => leverOf(index).key),
        { pin: pinned.map((index) => leverOf(index).key) },
      );
      const { cost } = bruteForce(world, { pinned, banned });
      expect(plan.cutCost).toBe(cost);
      expect(plan.lowerBound).toBeCloseTo(cost, 5);
      const checks = checkPlan(plan, graph, checkClaims(plan, graph, [pullAction(world.costs)])).checks;
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(checkSteps(plan, [pullAction(world.costs)]).ok).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('every variant is a cut that the check confirms, and costs no less than the cheapest', () => {
  fc.assert(
    fc.property(worlds, fc.constantFrom(...planVariants), (world, variant) => {
      const { graph, plan } = planOf(world, [], { variant });
      const checks = checkPlan(plan, graph, checkClaims(plan, graph, [pullAction(world.costs)])).checks;
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(plan.lowerBound).toBeCloseTo(bruteForce(world).cost, 5);
      expect(plan.variant ?? 'cheapest').toBe(variant);
    }),
    { numRuns: 300 },
  );
});

const chain: SmallWorld = {
  nodes: 3,
  jewels: [2],
  group: [],
  costs: [5, 2],
  edges: [
    { from: [0], to: 1, levers: [0] },
    { from: [1], to: 2, levers: [1] },
  ],
};
const planOf = (world: SmallWorld, forbid: readonly string[] = [], more: Partial<PlanRequest> = {}) => {
  const graph = graphOf(world);
  return {
    graph,
    plan: makePlan(
      graph,
      {
        compromised: [graph.resolve(idOf(0))],
        protect: 'default',
        actions: [pullAction(world.costs)],
        forbid,
        ...more,
      },
      solver,
    ),
  };
};

test('the check finds every kind of lie', () => {
  const { graph, plan } = planOf(chain);
  const failing = (changed: typeof plan) =>
    checkPlan({ ...changed, digest: planDigest(changed) }, graph)
      .checks.filter(({ ok }) => !ok)
      .map(({ check }) => check);
  const { certificate } = plan;
  expect(plan.steps.map((step) => step.title)).toEqual(['Pull lever 1']);
  expect(failing(plan)).toEqual([]);
  expect(checkPlan({ ...plan, cutCost: 1 }, graph).ok).toBe(false);
  expect(failing({ ...plan, steps: [] })).toContain(
    'the closed set contains what is compromised and nothing leads out of it',
  );
  expect(failing({ ...plan, certificate: { ...certificate, reached: certificate.reached.slice(1) } })).not.toEqual([]);
  expect(
    failing({
      ...plan,
      certificate: { ...certificate, exempt: [idOf(2)], reached: [...certificate.reached, idOf(2)] },
    }),
  ).toContain('nothing protected is in the closed set, but what the plan says it cannot save');
  const stale = { ...plan, certificate: { ...certificate, graphDigest: '0'.repeat(64) } };
  expect(failing(stale)).toEqual([]);
  expect(checkPlan(stale, graph).checks[1]?.detail).toContain('changed since');
  const [step] = plan.steps;
  if (step === undefined) throw new Error('no step');
  expect(failing({ ...plan, steps: [{ ...step, severs: [{ type: 'STEP', from: idOf(0), to: idOf(1) }] }] })).toContain(
    'every step severs what it claims',
  );
  expect(failing({ ...plan, lowerBound: 99 })).toEqual(['costs add up and the lower bound does not exceed them']);
  expect(failing({ ...plan, lowerBound: -1 })).toEqual(['costs add up and the lower bound does not exceed them']);
  expect(failing({ ...plan, gap: 0.5 })).toEqual(['costs add up and the lower bound does not exceed them']);
  const closed = 'the closed set contains what is compromised and nothing leads out of it';
  expect(failing({ ...plan, compromised: [] })).toContain(closed);
  const other = plan.compromised.map((node) => ({ ...node, name: 'somebody else' }));
  expect(failing({ ...plan, compromised: other })).toEqual([closed]);
  const padded = { ...certificate, reached: [...certificate.reached, 't:Thing/invented'] };
  expect(failing({ ...plan, certificate: padded })).toEqual([closed]);
  const saved = 'nothing protected is in the closed set, but what the plan says it cannot save';
  expect(failing({ ...plan, verdict: 'partial' })).toEqual([saved]);
  expect(failing({ ...plan, verdict: 'nothing-to-cut' })).toEqual([saved]);
  expect(failing({ ...plan, verdict: 'partial', certificate: { ...certificate, exempt: [idOf(2)] } })).toEqual([saved]);
});

test('two ways into a group, one cut towards one member, do not mix', () => {
  const world: SmallWorld = {
    nodes: 3,
    jewels: [2, 1],
    group: [2, 0, 1],
    costs: [8, 2, 2, 2, 1, 1],
    edges: [
      { from: [2], to: 1, levers: [1] },
      { from: [0], to: -1, levers: [4, 0] },
      { from: [0, 1], to: -1, levers: [2] },
      { from: [1, 2], to: 2, levers: [] },
      { from: [0], to: 1, levers: [5, 1] },
    ],
  };
  const { cost } = bruteForce(world);
  expect(planOf(world).plan.cutCost).toBe(cost);
});

test('a step that says something else than its action does is found', () => {
  const { plan } = planOf(chain);
  const actions = [pullAction(chain.costs)];
  const [step] = plan.steps;
  if (step === undefined) throw new Error('no step');
  expect(checkSteps(plan, actions).ok).toBe(true);
  expect(checkSteps({ ...plan, steps: [{ ...step, title: 'Water the plants' }] }, actions).ok).toBe(false);
  expect(checkSteps({ ...plan, steps: [{ ...step, reversal: { kind: 'restore', how: 'Easily' } }] }, actions).ok).toBe(
    false,
  );
  expect(checkSteps(plan, []).ok).toBe(false);
  expect(checkSteps({ ...plan, steps: [{ ...step, target: { ...step.target, name: 'other' } }] }, actions).ok).toBe(
    false,
  );
});

test('steps that come out of order, twice or before what they wait for are found', () => {
  const { plan } = planOf(chain);
  const actions = [pullAction(chain.costs)];
  const [step] = plan.steps;
  if (step === undefined) throw new Error('no step');
  const fits = (...steps: (typeof step)[]) => checkSteps({ ...plan, steps }, actions).ok;
  const second = { ...step, id: 's2', ordinal: 2 };
  expect(fits(step, second)).toBe(true);
  expect(fits(step, { ...second, after: ['s1'] })).toBe(true);
  expect(fits(second, step)).toBe(false);
  expect(fits(step, { ...second, id: 's1' })).toBe(false);
  expect(fits(step, { ...second, after: ['s2'] })).toBe(false);
  expect(fits({ ...step, after: ['s2'] }, second)).toBe(false);
});

test('prices, approvals and what is given up are found when they are not so', () => {
  const { graph, plan } = planOf(chain);
  const actions = [pullAction(chain.costs)];
  const [step] = plan.steps;
  if (step === undefined) throw new Error('no step');
  const failing = (changed: typeof plan, by = actions) =>
    checkClaims(changed, graph, by)
      .filter(({ ok }) => !ok)
      .map(({ check }) => check);
  const prices = ['every step costs, interrupts and needs approvals as its action says'];
  expect(failing(plan)).toEqual([]);
  expect(failing({ ...plan, steps: [{ ...step, cost: step.cost - 1 }] })).toEqual(prices);
  expect(failing({ ...plan, steps: [{ ...step, approvals: 0 }] })).toEqual(prices);
  expect(failing({ ...plan, steps: [{ ...step, drastic: true }] })).toEqual(prices);
  expect(failing({ ...plan, steps: [{ ...step, restarts: [step.target] }] })).toEqual(prices);
  expect(failing(plan, [{ ...pullAction(chain.costs), drastic: () => true }])).toEqual(prices);
  // The estate changed: what a step costs now is no lie, how many must approve it may be one.
  const stale = { ...plan, certificate: { ...plan.certificate, graphDigest: '0'.repeat(64) } };
  expect(failing({ ...stale, steps: [{ ...step, cost: 1, reasons: [{ what: 'then', points: 1 }] }] })).toEqual([]);
  expect(failing({ ...stale, steps: [{ ...step, cost: 1 }] })).toEqual(prices);
  expect(failing({ ...stale, steps: [{ ...step, approvals: 0 }] })).toEqual(prices);

  const reached = [0, 1, 2].map(idOf);
  const givenUp = { ...plan, steps: [], certificate: { ...plan.certificate, reached, exempt: [idOf(2)] } };
  expect(failing(givenUp)).toEqual(['what is given up cannot be cut off']);
  expect(failing(givenUp, [])).toEqual([]);
  expect(failing({ ...givenUp, forbidden: [0, 1].map((index) => leverOf(index).key) })).toEqual([]);
});

test('a forbidden lever is not used, and a way that nothing cuts is told with its missing lever', () => {
  const without = planOf(chain, [leverOf(1).key, leverOf(1).key]).plan;
  expect(without.steps.map((step) => step.title)).toEqual(['Pull lever 0']);
  expect(without.forbidden).toEqual([leverOf(1).key]);
  expect(planOf(chain).plan).not.toHaveProperty('forbidden');
  const { plan } = planOf({ ...chain, edges: chain.edges.map((edge) => ({ ...edge, levers: [] })) });
  expect(plan.verdict).toBe('partial');
  expect(plan.uncut[0]?.path.steps.map((step) => step.to.name)).toEqual(['n1', 'n2']);
  expect(plan.uncut[0]?.missing).toContain('pull a lever');
});

test('what is pinned and ruled out is a contradiction, by whatever rules it out', () => {
  const key = leverOf(0).key;
  const refusal = (forbid: readonly string[], more: Partial<PlanRequest>) => {
    try {
      planOf(chain, forbid, more);
    } catch (error) {
      return error instanceof FirebreakError ? `${error.code} ${error.why}` : String(error);
    }
    return undefined;
  };
  expect(refusal([key], { pin: [key] })).toContain('FB-PLAN-CONTRADICTION');
  expect(refusal(['t.pull'], { pin: ['t.pull|{"index":0}'] })).toContain('FB-PLAN-CONTRADICTION');
  expect(refusal([], { pin: [key], actions: [] })).toContain('No connector offers t.pull');
  expect(refusal([], { pin: ['t.pull index=first'] })).toContain('does not understand');
  expect(
    refusal([], { pin: [key], actions: [{ ...pullAction(chain.costs), stage: 'eviction' }], variant: 'read-only' }),
  ).toContain('does without');
  expect(refusal([], { pin: ['t.pull|{'] })).toContain('FB-USAGE');
  const far = { ...pullAction(chain.costs), target: () => ({ kind: 'Thing', id: 't:Thing/far', name: 'far' }) };
  expect(refusal([], { pin: [leverOf(9).key], actions: [far] })).toContain('There is no t:Thing/far in the estate');
  expect(refusal([], { pin: [key] })).toBeUndefined();
  expect(planOf(chain, [], { pin: [key] }).plan.steps.map(({ title }) => title)).toContain('Pull lever 0');
});

test('a plan that breaks its own wishes is found', () => {
  const { graph, plan } = planOf(chain, [], { pin: [leverOf(1).key] });
  const actions = [pullAction(chain.costs)];
  const wishes = (changed: Partial<typeof plan>, by = actions) =>
    checkClaims({ ...plan, ...changed }, graph, by).find(({ check }) => check.startsWith('it does what'));
  expect(wishes({})?.ok).toBe(true);
  expect(wishes({ pinned: [leverOf(0).key] })?.detail).toContain('pinned and missing');
  expect(wishes({ forbidden: ['t.pull'] })?.detail).toContain('is forbidden');
  expect(wishes({ variant: 'staged' })?.detail).toContain('has no wave');
  const [step] = plan.steps;
  if (step === undefined) throw new Error('no step');
  expect(wishes({ variant: 'read-only', steps: [{ ...step, stage: 'eviction' }] })?.detail).toContain('does without');
  expect(wishes({ variant: 'staged', steps: [{ ...step, wave: 1, approvals: 2 }] })?.detail).toContain('two persons');
  const left = { lever: leverOf(0), title: '', target: step.target, why: '', instead: '' };
  expect(wishes({ leftOut: [left] })?.detail).toContain('left out without need');
});

test('an answer about scope that is not true is found', () => {
  const { graph, plan } = planOf(chain);
  const { scope } = plan;
  if (scope === undefined) throw new Error('no scope');
  expect(scope.answer).toBe('wider');
  const said = (more: Partial<typeof scope>) =>
    checkClaims({ ...plan, scope: { ...scope, ...more } }, graph, [pullAction(chain.costs)]).find(({ check }) =>
      check.includes('scope'),
    );
  expect(said({})?.ok).toBe(true);
  expect(said({ answer: 'isolated' })?.detail).toContain('crown jewels');
  const node = { kind: 'Thing', id: 't:Thing/nowhere', name: 'nowhere' };
  expect(said({ frontier: [{ node, hops: 1, is: 'gap', why: '', next: '' }] })?.detail).toContain('not within reach');
});

test('a staged plan does what one person may approve first', () => {
  const drastic = { ...pullAction([5, 2, 1]), drastic: ({ index }: { index: number }) => index === 1 };
  const graph = graphOf({ ...chain, costs: [5, 2, 1], jewels: [1, 2], edges: [...chain.edges] });
  const plan = makePlan(
    graph,
    { compromised: [graph.resolve(idOf(0))], protect: 'id=t:Thing/n2', actions: [drastic], variant: 'staged' },
    solver,
  );
  // The drastic lever is cheaper, and needs two persons.
  expect(plan.steps.map(({ title, wave }) => [title, wave])).toEqual([['Pull lever 0', 1]]);
  expect(plan.lowerBound).toBe(5);
  expect(plan.gap).toBe(0);
});

test('a plan read from a file is refused when it is not one', () => {
  expect(() => parsePlan('{')).toThrow('FB-PLAN-INVALID');
  expect(() => parsePlan('{"format":"firebreak-plan/1"}')).toThrow('FB-PLAN-INVALID');
});
