/**
 * Generated estates for the planner, from ten thousand nodes to a million: teams of identities, grants, workloads, data and models,
 * with the shapes that make cuts hard. One lever severs several steps (a role that many grants name), a step needs two holdings, a
 * group stands for a whole team, teams are linked through shared identities, and some steps nothing severs. The same for the same
 * numbers.
 */
import {
  type AnyAction,
  type AssetClass,
  type DerivedEdge,
  defineAction,
  type EdgeRule,
  type GraphNode,
  lever,
  type NodeRule,
} from '@firebreak/contract';
import { z } from 'zod';
import { estateOf } from '../packages/platform/src/facts/estate.ts';
import type { AttackGraph } from '../packages/platform/src/graph/attack-graph.ts';
import { deriveGraph } from '../packages/platform/src/graph/derive-graph.ts';
import { seeded, skewed } from './random.ts';

const teamSize = 50;
const classes: readonly AssetClass[] = ['identity', 'permission', 'workload', 'workload', 'credential', 'dataset'];

const idOf = (node: number) => `bench:Thing/n${node}`;
const numberOf = (id: string) => Number(id.slice('bench:Thing/n'.length));

/** A number that depends on nothing but the two that go in. */
function mixed(one: number, other: number): number {
  let value = Math.imul(one ^ 0x9e3779b1, 0x85ebca6b) ^ Math.imul(other + 1, 0xc2b2ae35);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

export function planEstate(nodes: number): { graph: AttackGraph; action: AnyAction; starts: readonly number[] } {
  const nodeRule: NodeRule = {
    kinds: ['Thing'],
    needs: [],
    *derive() {
      for (let node = 0; node < nodes; node += 1) yield thing(node);
    },
  };
  const graph = deriveGraph(estateOf([], []), [nodeRule], [stepRule(nodes)]);
  const starts = Array.from({ length: 40 }, (_, at) =>
    graph.resolve(idOf(Math.floor((nodes * at) / 40 / teamSize) * teamSize)),
  );
  return { graph, action: pull(), starts };
}

function thing(node: number): GraphNode {
  const place = node % teamSize;
  return {
    id: idOf(node),
    kind: 'Thing',
    class: classes[place % classes.length] as AssetClass,
    name: `n${node}`,
    facts: [idOf(node)],
    ...(place === teamSize - 1 ? { jewel: 'it matters' } : {}),
  };
}

function stepRule(nodes: number): EdgeRule {
  return {
    label: 'STEP',
    from: ['Thing'],
    to: ['Thing'],
    needs: [],
    techniques: [],
    traverse: 'minutes',
    explain: { what: 'a step', why: 'because', cut: 'pull a lever' },
    severedBy: ['bench.pull'],
    derive: () => steps(nodes),
    levers: (edge) => {
      const [from, to] = [numberOf(edge.from), numberOf(edge.to)];
      const step = mixed(from, to);
      // One step in eight nothing severs; the others have a lever of their own, and half of them one that they share.
      if (step % 8 === 0) return [];
      const own = lever('bench.pull', { of: step });
      return step % 2 === 0 ? [own] : [own, lever('bench.pull', { of: -1 - Math.floor(to / 10) })];
    },
  };
}

function* steps(nodes: number): Generator<DerivedEdge> {
  const random = seeded(20_261_121);
  const teams = Math.floor(nodes / teamSize);
  for (let team = 0; team < teams; team += 1) {
    const first = team * teamSize;
    for (let place = 0; place < teamSize - 1; place += 1) {
      const from = idOf(first + place);
      const facts = [from];
      // Forward in the team, mostly near: what leads to the jewel is deep and has ways around.
      for (let way = 0; way < 3; way += 1) {
        const to = first + Math.min(teamSize - 1, place + 1 + skewed(random, teamSize - place, 2));
        if (random() < 0.05) yield { from, with: [idOf(first + skewed(random, teamSize, 1))], to: idOf(to), facts };
        else yield { from, to: idOf(to), facts };
      }
    }
    // A few doors to other teams, most of them to the few that everybody uses.
    for (let door = 0; door < 2; door += 1) {
      const other = skewed(random, teams, 3) * teamSize;
      const from = idOf(first + skewed(random, teamSize - 1, 1));
      yield { from, to: idOf(other + skewed(random, 10, 1)), facts: [from] };
    }
    if (team % 20 !== 0) continue;
    const from = idOf(first + 5);
    const key = `team ${team + 1}`;
    const members = Array.from({ length: 10 }, (_, at) => idOf(Math.min(nodes - 1, first + teamSize + at * 3)));
    yield {
      from,
      to: { key, label: `anything of ${key}`, members: () => members.map((node) => ({ node, facts: [node] })) },
      facts: [from],
    };
  }
}

/** One lever: what it costs depends on nothing but its number; what many share costs more. */
function pull(): AnyAction {
  return defineAction<{ of: number }, null, null>({
    id: 'bench.pull',
    title: 'Pull',
    stage: 'access',
    targetKinds: ['Thing'],
    params: z.object({ of: z.number() }),
    before: z.null(),
    permissions: [],
    target: ({ of }) => ({ kind: 'Lever', id: `bench:Lever/${of}`, name: `${of}` }),
    describe: ({ of }) => `Pull lever ${of}`,
    undoes: () => 'Push it back',
    drastic: () => false,
    impact: ({ of }) => ({ cost: (of < 0 ? 6 : 2) + (mixed(of, 7) % 12), interrupts: [] }),
    read: async () => ({ record: null }),
    preview: () => [],
    apply: async () => ({ outcome: 'done' }),
    inEffect: () => true,
    probe: async () => [],
    reversal: { kind: 'restore', restore: async () => ({ outcome: 'done' }), restored: () => true },
  });
}
