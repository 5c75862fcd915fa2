/**
 * A graph brought up to date is the graph derived from scratch, to the last fact cited: on rules with all the habits that rules
 * have (knowledge that is shared, that reads late, that others write into; groups that read when they are opened), and on all
 * the real ones.
 */
import type {
  AnyFact,
  EdgeRule,
  Estate,
  FactChanges,
  FactId,
  FactKind,
  Gap,
  GraphNode,
  NodeRule,
} from '@firebreak/contract';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { changeEstate, shareFacts } from '../facts/changes.ts';
import { estateOf, perEstate } from '../facts/estate.ts';
import { factsOf } from '../facts/join-estates.ts';
import { deriveGraph } from './derive-graph.ts';
import { edgeRules } from './edges/index.ts';
import { GraphKeeper } from './graph-keeper.ts';
import { picture } from './graph-picture.case.ts';
import { nodeRules } from './nodes/index.ts';
import { everyFact } from './real-facts.case.ts';
import { fakeRule, idOf, thing } from './small-world.ts';

const kinds = ['kubernetes.pod', 'kubernetes.secret', 'aws.role'] as const;
const names = ['a', 'b', 'c', 'd'] as const;

/** A fact of our own little system: it leads somewhere. */
const factOf = (kind: FactKind, name: string, to: string, version = '1') =>
  ({
    kind,
    id: idOf(name),
    data: { to },
    source: { connector: 'test', locator: 'test', version },
  }) as unknown as AnyFact;
const toOf = (fact: { readonly data: unknown }) => (fact.data as { readonly to: string }).to;

const byTarget = perEstate((estate) => Map.groupBy(estate.all('kubernetes.secret'), toOf));
/** Reads when it is asked, and remembers. */
const lookup = perEstate((estate) => {
  const known = new Map<FactId, string | undefined>();
  return (id: FactId) => {
    if (!known.has(id)) known.set(id, estate.get('aws.role', id)?.id);
    return known.get(id);
  };
});
const notebook = perEstate(() => new Map<string, number>());
/** How many roles there are, by way of a notebook: whoever asks first writes it down for all. */
function rolesIn(estate: Estate): number {
  const known = notebook(estate).get('roles');
  if (known !== undefined) return known;
  notebook(estate).set('roles', estate.all('aws.role').length);
  return estate.all('aws.role').length;
}

const rule = (label: string, derive: EdgeRule['derive']): EdgeRule => ({ ...fakeRule(label, []), derive });
const step = (from: string, to: string, ...facts: string[]) => ({ from: idOf(from), to: idOf(to), facts });
const podsGroup = (estate: Estate) => ({
  key: 'pods',
  label: 'any pod',
  // reads only when it is opened
  members: () => estate.all('kubernetes.pod').map(({ id }) => ({ node: id, facts: [id] })),
});
const rules: readonly EdgeRule[] = [
  rule('ONE', (estate) =>
    estate.all('kubernetes.pod').map((fact) => ({ from: fact.id, to: idOf(toOf(fact)), facts: [fact.id] })),
  ),
  rule('SHARED', (estate) => [...byTarget(estate)].map(([to, facts]) => step('a', to, ...facts.map(({ id }) => id)))),
  rule('LATE', (estate) =>
    names.flatMap((name) => (lookup(estate)(idOf(name)) === undefined ? [] : [step('b', name, 'late')])),
  ),
  rule('LATE_TOO', (estate) =>
    names.flatMap((name) => (lookup(estate)(idOf(name)) === undefined ? [step('c', name, 'x')] : [])),
  ),
  rule('NOTED', (estate) => [step('a', `n${rolesIn(estate)}`, 'n')]),
  rule('NOTED_TOO', (estate) => [{ ...step('b', `n${rolesIn(estate)}`, 'm'), likelihood: 0.5 }]),
  rule('NOTED_AND_PODS', (estate) => [step('c', `n${rolesIn(estate)}-${estate.all('kubernetes.pod').length}`, 'm')]),
  rule('GROUP_ALWAYS', (estate) => [{ from: idOf('a'), to: podsGroup(estate), facts: ['g'] }]),
  rule('GROUP_OF_SECRETS', (estate) =>
    estate.all('kubernetes.secret').map(({ id }) => ({ from: id, to: podsGroup(estate), facts: [id] })),
  ),
  rule('BOTH', (estate) =>
    estate.all('kubernetes.secret').map((fact) => ({
      from: fact.id,
      with: [idOf(toOf(fact)), idOf('d')],
      to: idOf('z'),
      facts: [fact.id],
      note: toOf(fact),
    })),
  ),
  rule('GAPS', (estate) => estate.gaps.map(({ where }) => step('a', where, 'gap'))),
  rule('SIZE', (estate) => [step('a', `s${estate.size}`, 'size')]),
];
const nodesOf = (kind: FactKind, more: Partial<GraphNode>): NodeRule => ({
  kinds: ['Thing'],
  needs: [kind],
  derive: (estate) => estate.all(kind).map(({ id }) => ({ ...thing(id.slice('test:Thing/'.length)), ...more })),
});
const makeNodes = [
  nodesOf('kubernetes.pod', { class: 'workload', facts: ['p'] }),
  nodesOf('aws.role', { class: 'identity', facts: ['p', 'q'] }),
  nodesOf('kubernetes.secret', { class: 'credential', facts: ['s'], jewel: 'secret' }),
];

const gapAt = (where: string): Gap => ({
  kinds: ['kubernetes.role'],
  where,
  code: 'FB-K8S-FORBIDDEN',
  reason: '',
  next: '',
});
const changes: fc.Arbitrary<FactChanges> = fc.record({
  facts: fc.array(
    fc
      .tuple(fc.constantFrom(...kinds), fc.constantFrom(...names), fc.constantFrom(...names), fc.constantFrom('1', '2'))
      .map((of) => factOf(...of)),
    { maxLength: 3 },
  ),
  gone: fc.array(fc.record({ kind: fc.constantFrom(...kinds), id: fc.constantFrom(...names).map(idOf) }), {
    maxLength: 2,
  }),
  gaps: fc.constantFrom([], [], [gapAt('a')], [gapAt('b')]),
});
/** A stranger between two graphs may know and write whatever it wants; a fresh collection shares nothing by itself. */
const rounds = fc.array(fc.record({ change: changes, strangers: fc.boolean(), anew: fc.boolean() }), {
  minLength: 1,
  maxLength: 8,
});

function fresh(estate: Estate): Estate {
  return estateOf(structuredClone([...factsOf(estate)]), structuredClone([...estate.gaps]));
}

describe('a graph brought up to date is the graph from scratch', () => {
  test('whatever rules read, share, read late or write down for each other', () => {
    fc.assert(
      fc.property(rounds, (all) => {
        const keeper = new GraphKeeper(makeNodes, rules);
        let estate = estateOf([], []);
        const older: [Estate, ReturnType<typeof picture>][] = [];
        for (const { change, strangers, anew } of all) {
          const next = changeEstate(estate, change);
          estate = anew ? shareFacts(estate, fresh(next)) : next;
          if (strangers) for (const each of rules) for (const _ of each.derive(estate, {}));
          const expected = picture(deriveGraph(fresh(estate), makeNodes, rules));
          expect(picture(keeper.graphOf(estate))).toEqual(expected);
          older.push([estate, expected]);
        }
        for (const [before, expected] of older) expect(picture(keeper.graphOf(before))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('on every real rule of every system, facts added, changed and gone', () => {
    const pool = [...everyFact()];
    expect(new Set(pool.map(({ kind }) => kind)).size).toBeGreaterThan(25);
    const some = (max: number) =>
      fc.array(fc.nat(pool.length - 1), { maxLength: max }).map((at) => at.map((one) => pool[one] as AnyFact));
    const delta = fc.record({ facts: some(6), gone: some(6), gaps: fc.constant([]) });
    fc.assert(
      fc.property(
        fc.subarray(pool, { minLength: 40 }),
        fc.array(delta, { minLength: 1, maxLength: 3 }),
        (start, deltas) => {
          const keeper = new GraphKeeper(nodeRules, edgeRules);
          let estate = estateOf(start, []);
          keeper.graphOf(estate);
          for (const each of deltas) {
            estate = changeEstate(estate, each);
            expect(picture(keeper.graphOf(estate))).toEqual(picture(deriveGraph(fresh(estate), nodeRules, edgeRules)));
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);
});

test('where a fact was read and which version it had is not for rules', () => {
  const pool = everyFact();
  const moved = pool.map(
    (fact) => ({ ...fact, source: { connector: 'other', locator: 'elsewhere', version: '9' } }) as AnyFact,
  );
  const graph = (facts: readonly AnyFact[]) => picture(deriveGraph(estateOf(facts, []), nodeRules, edgeRules));
  expect(graph(moved)).toEqual(graph(pool));
}, 60_000);

test('a rule is asked again only when something changed that it read, by itself or through others', () => {
  const counted = rules.map((each) => {
    const derive = vi.fn(each.derive);
    return { ...each, derive };
  });
  const keeper = new GraphKeeper(makeNodes, counted);
  const since = () => {
    const labels = counted.filter(({ derive }) => derive.mock.calls.length > 0).map(({ label }) => label);
    for (const { derive } of counted) derive.mockClear();
    return labels;
  };
  let estate = estateOf([factOf('kubernetes.pod', 'a', 'b'), factOf('kubernetes.secret', 'b', 'c')], []);
  keeper.graphOf(estate);
  expect(since()).toHaveLength(rules.length);

  const change = (facts: readonly AnyFact[], gone: FactChanges['gone'] = []) => {
    estate = changeEstate(estate, { facts, gone, gaps: [] });
    return keeper.graphOf(estate);
  };
  const before = change([factOf('kubernetes.secret', 'b', 'c', '2')]);
  expect(since()).toEqual([]);
  expect(before.hypergraph).toBe(change([]).hypergraph);
  change([factOf('kubernetes.secret', 'b', 'd')]);
  expect(since()).toEqual(['SHARED', 'GROUP_OF_SECRETS', 'BOTH']);
  change([factOf('aws.role', 'a', 'b')]);
  expect(since()).toEqual(['LATE', 'LATE_TOO', 'NOTED', 'NOTED_TOO', 'NOTED_AND_PODS', 'SIZE']);
});

test('a rule that throws leaves nothing half done', () => {
  let broken = false;
  const moody = rule('MOODY', (estate) => {
    const roles = estate.all('aws.role').length;
    if (broken && roles > 0) throw new Error('not today');
    return [];
  });
  const keeper = new GraphKeeper(makeNodes, [...rules, moody]);
  const first = estateOf([factOf('kubernetes.pod', 'a', 'b')], []);
  keeper.graphOf(first);
  const next = changeEstate(first, { facts: [factOf('aws.role', 'b', 'c')], gone: [], gaps: [] });
  broken = true;
  expect(() => keeper.graphOf(next)).toThrow('not today');
  broken = false;
  for (const estate of [first, next])
    expect(picture(keeper.graphOf(estate))).toEqual(picture(deriveGraph(fresh(estate), makeNodes, [...rules, moody])));
});

test('what an estate has long forgotten is forgotten', () => {
  const chain = rule('ONE', (estate) =>
    estate.all('kubernetes.pod').map((fact) => ({ from: fact.id, to: idOf(toOf(fact)), facts: [fact.id] })),
  );
  const keeper = new GraphKeeper([], [chain]);
  const worldOf = (round: number) =>
    estateOf(
      Array.from({ length: 400 }, (_, at) => factOf('kubernetes.pod', `${round}-${at}`, `${round}-${at + 1}`)),
      [],
    );
  for (let round = 0; round < 40; round += 1) {
    const graph = keeper.graphOf(worldOf(round));
    expect(graph.nodes).toHaveLength(401);
    expect(graph.factsOf(0)).toHaveLength(1);
  }
  expect(picture(keeper.graphOf(worldOf(40)))).toEqual(picture(deriveGraph(worldOf(40), [], [chain])));
});
