/** The grant that allowed an event and the approved step that it belongs to, where they are told, and null where not. */
import { type Execution, type NormalEvent, normalEventSchema } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { world } from '../app/compose.ts';
import { nodeFinder } from '../events/node-finder.ts';
import { eventTies } from './event-ties.ts';

const demo = new URL('../../../../content/demo-estate', import.meta.url).pathname;
const source = await world.open([`kubernetes:${demo}`], new AbortController().signal, () => undefined);
const graph = source.graph();
const find = nodeFinder(graph);
const grant = graph.nodes.find(
  ({ kind, facts }) => kind === 'PermissionSet' && facts.some((id) => id.includes(':RoleBinding/')),
);
const binding = grant?.facts.find((id) => id.includes(':RoleBinding/')) ?? '';
const [, namespace, name] = /^kubernetes:RoleBinding\/([^/]+)\/(.+)$/.exec(binding) ?? [];

function event(more: Partial<NormalEvent> = {}): NormalEvent {
  return normalEventSchema.parse({
    id: 'e',
    time: '2026-11-21T10:00:05.000Z',
    timeIs: 'told',
    source: { format: 'kubernetes-audit', locator: 'x' },
    digest: 'd',
    system: 'kubernetes',
    actor: { name: 'responder', agent: 'firebreak' },
    operation: 'delete rolebindings',
    activity: 'delete',
    targets: [binding],
    outcome: 'done',
    ...more,
  });
}
const raw = (written: string, decision = 'allow') => ({
  annotations: { 'authorization.k8s.io/decision': decision, 'authorization.k8s.io/reason': written },
});
const execution = {
  id: 'exe_1',
  incident: 'inc_1',
  steps: [
    {
      stepId: 's1',
      title: 'Remove a binding',
      target: { kind: 'PermissionSet', id: grant?.id, name: 'x' },
      startedAt: '2026-11-21T10:00:00.000Z',
      endedAt: '2026-11-21T10:00:06.000Z',
      approvals: [{ by: 'Ada', at: '2026-11-21T09:59:00.000Z' }],
    },
  ],
} as unknown as Execution;
const ties = (of: NormalEvent, from: unknown = {}) => eventTies(of, from, { graph, find, executions: [execution] });

test('the binding that the authorizer names is the grant', () => {
  const told = `RBAC: allowed by RoleBinding "${name}/${namespace}" of Role "r" to ServiceAccount "a/b"`;
  expect(ties(event(), raw(told)).permission).toEqual({ told, node: expect.objectContaining({ id: grant?.id }) });
  expect(ties(event(), raw(told, 'forbid')).permission).toBeNull();
  expect(ties(event(), raw('because I say so')).permission).toEqual({ told: 'because I say so', node: null });
  expect(ties(event()).permission).toBeNull();
});

test('our own request, while the step ran, on what it was about', () => {
  const step = { incident: 'inc_1', execution: 'exe_1', step: 's1', title: 'Remove a binding', approvers: ['Ada'] };
  expect(ties(event()).step).toEqual(step);
  expect(ties(event({ actor: { name: 'responder', agent: 'kubectl/v1.31' } })).step).toBeNull();
  expect(ties(event({ time: '2026-11-21T10:01:00.000Z' })).step).toBeNull();
  expect(ties(event({ time: '2026-11-21T09:58:00.000Z' })).step).toBeNull();
  expect(ties(event({ targets: ['kubernetes:RoleBinding/other/other'] })).step).toBeNull();
});
