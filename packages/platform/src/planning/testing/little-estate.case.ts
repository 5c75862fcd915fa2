/** An estate in a few words, with levers of every stage: nodes with notes, edges that name the levers that sever them. */
import {
  type Action,
  type AnyAction,
  defineAction,
  type EdgeRule,
  type Gap,
  type GraphNode,
  type Impact,
  type Lever,
  lever,
  type NodeRule,
  type Stage,
  type TraverseTime,
} from '@firebreak/contract';
import { z } from 'zod';
import { estateOf } from '../../facts/estate.ts';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { deriveGraph } from '../../graph/derive-graph.ts';
import { idOf, step } from '../../graph/small-world.ts';

export interface LittleEdge {
  readonly from: string;
  readonly with?: readonly string[];
  readonly to: string;
  /** As `action target`; `test.stop web` stops web. */
  readonly levers?: readonly string[];
  readonly traverse?: TraverseTime;
  readonly severedBy?: readonly string[];
}

export interface LittleEstate {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly LittleEdge[];
  readonly gaps?: readonly Gap[];
}

export function littleEstate({ nodes, edges, gaps = [] }: LittleEstate): AttackGraph {
  const nodeRule: NodeRule = { kinds: ['Thing'], needs: [], derive: () => nodes };
  const rules = [...new Set(edges.map(({ traverse = 'seconds' }) => traverse))].map((traverse) =>
    ruleOf(
      traverse,
      edges.filter((edge) => (edge.traverse ?? 'seconds') === traverse),
    ),
  );
  return deriveGraph(estateOf([], gaps), [nodeRule], rules);
}

function ruleOf(traverse: TraverseTime, edges: readonly LittleEdge[]): EdgeRule {
  return {
    label: `STEP_${traverse.toUpperCase()}`,
    from: ['Thing'],
    to: ['Thing'],
    needs: ['kubernetes.role'],
    techniques: [],
    traverse,
    explain: { what: 'a step', why: 'because', cut: 'cut it by hand' },
    severedBy: [
      ...new Set(
        edges.flatMap(({ severedBy = [], levers = [] }) => [
          ...severedBy,
          ...levers.map((text) => pulled(text).action),
        ]),
      ),
    ],
    derive: () =>
      edges.map(({ from, with: others, to }) => step(from, to, others === undefined ? {} : { with: others.map(idOf) })),
    levers: (live) =>
      edges
        .filter(({ from, to }) => idOf(from) === live.from && idOf(to) === live.to)
        .flatMap(({ levers = [] }) => levers.map(pulled)),
  };
}

/** `test.stop web` as a lever. */
export function pulled(text: string): Lever {
  const [action = '', of = ''] = text.split(' ');
  return lever(action, { of });
}

export interface LittleAction {
  readonly stage?: Stage;
  readonly impact?: Impact;
  readonly drastic?: boolean;
  readonly takes?: number;
  readonly undoable?: boolean;
}

export function littleAction(id: string, more: LittleAction = {}): AnyAction {
  const reversal: Action<{ of: string }, null, null>['reversal'] =
    more.undoable === false
      ? { kind: 'none', because: 'It is gone.' }
      : { kind: 'restore', restore: async () => ({ outcome: 'done' }), restored: () => true };
  return defineAction<{ of: string }, null, null>({
    id,
    title: id,
    stage: more.stage ?? 'access',
    targetKinds: ['Thing'],
    params: z.object({ of: z.string() }),
    before: z.null(),
    permissions: [],
    target: ({ of }) => ({ kind: 'Thing', id: idOf(of), name: of }),
    describe: ({ of }) => `${id} on ${of}`,
    undoes: () => 'It is put back.',
    drastic: () => more.drastic === true,
    impact: () => more.impact ?? { cost: 1, interrupts: [] },
    ...(more.takes === undefined ? {} : { takes: () => more.takes as number }),
    read: async () => ({ record: null }),
    preview: () => [],
    apply: async () => ({ outcome: 'done' }),
    inEffect: () => true,
    probe: async () => [],
    reversal,
  });
}
