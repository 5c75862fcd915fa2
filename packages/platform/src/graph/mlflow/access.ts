/** Who may do what on a tracking server, as edges. */
import { type DerivedEdge, type Estate, type Fact, mlflowId, type NodeId } from '@firebreak/contract';
import { byServer, grantsOf } from './models.ts';

type Thing = Fact<'mlflow.experiment'> | Fact<'mlflow.registered-model'>;

/** What a user was granted by name, or on everything that a server has: that is one edge to a group, however much it is. */
export function* grantEdges(
  estate: Estate,
  resource: 'experiment' | 'registered_model',
  atLeast: 'READ' | 'EDIT',
  to: (thing: Thing) => NodeId,
): Generator<DerivedEdge> {
  for (const user of estate.all('mlflow.user')) {
    if (user.data.admin) continue;
    const { server } = user.data;
    const { all, ids, denied } = grantsOf(user, resource, atLeast);
    const things = (): readonly Thing[] =>
      byServer(estate)[resource === 'experiment' ? 'experiments' : 'models'].get(server) ?? [];
    if (all && denied.size === 0) {
      const members = () => things().map((thing) => ({ node: to(thing), facts: [thing.id] }));
      const key = `mlflow-${resource}-${atLeast}:${server}`;
      yield {
        from: user.id,
        to: { key, label: `any ${resource.replace('_', ' ')} of ${server}`, members },
        facts: [user.id],
      };
      continue;
    }
    const granted = all ? things() : [...ids].flatMap((id) => named(estate, server, resource, id) ?? []);
    for (const thing of granted) {
      const id = 'experimentId' in thing.data ? thing.data.experimentId : thing.data.name;
      if (!denied.has(id)) yield { from: user.id, to: to(thing), facts: [user.id, thing.id] };
    }
  }
}

function named(estate: Estate, server: string, resource: string, id: string): Thing | undefined {
  return resource === 'experiment'
    ? estate.get('mlflow.experiment', mlflowId('Experiment', server, id))
    : estate.get('mlflow.registered-model', mlflowId('RegisteredModel', server, id));
}

/** Anybody who reaches a server that asks nobody who they are. */
export function anybodyId(server: string): NodeId {
  return mlflowId('Anonymous', server);
}
