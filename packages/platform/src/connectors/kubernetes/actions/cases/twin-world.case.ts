import { kubernetesId } from '@firebreak/contract';
import { estateOf } from '../../../../facts/estate.ts';
import { grantAllows, rbacOf } from '../../../../graph/kubernetes/rbac.ts';
import type { ApiObject } from '../../api.ts';
import { type AuthorizationRequest, countedIds, makeTwin, type Twin } from '../../twin.ts';
import type { World } from './suite.case.ts';
import { refOfObject, worldObjects } from './world.case.ts';

export const signal = new AbortController().signal;

/** The world of the cases in a fresh twin with two nodes, and more objects if need be. */
export async function twinWorld(
  namespace = 'ml',
  more: readonly ApiObject[] = [],
): Promise<World & { readonly api: Twin }> {
  const twin = makeTwin({ authorize, ids: countedIds(), now: () => new Date('2026-01-01T00:00:00Z') });
  const nodes = ['node-1', 'node-2'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/os': 'linux' } },
    spec: {},
  }));
  const objects = [...nodes, ...worldObjects(namespace), ...more];
  const isPod = ({ kind }: ApiObject) => kind === 'Pod';
  const refused = [
    ...twin.load(
      objects.filter((object) => !isPod(object)),
      { start: true },
    ),
  ];
  // Created, not loaded, so that it has what admission gives to a pod.
  for (const pod of objects.filter(isPod)) {
    const made = await twin.create({ ...refOfObject(pod), name: undefined }, pod, signal);
    if (!made.ok) refused.push(made.reason);
  }
  if (refused.length > 0) throw new Error(refused.join('; '));
  return { api: twin, objects };
}

/** RBAC as the graph evaluates it: the twin knows none itself. */
function authorize({ user, groups, wish, rbac }: AuthorizationRequest): boolean {
  const { grantsOf } = rbacOf(estateOf(rbac, []));
  const [, , namespace, name] = /^(system:serviceaccount):([^:]+):([^:]+)$/.exec(user) ?? [];
  const own =
    namespace !== undefined && name !== undefined
      ? kubernetesId('ServiceAccount', namespace, name)
      : kubernetesId('User', undefined, user);
  const ids = [own, ...groups.map((group) => kubernetesId('Group', undefined, group))];
  return ids.some((id) => grantsOf(id).some((grant) => grantAllows(grant, wish)));
}
