import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { byServer, experimentWriteId, registeredModelWriteId } from '../../mlflow/models.ts';

export default {
  label: 'TRACKING_CONTROL',
  from: ['Server'],
  to: ['RegisteredModel', 'RegisteredModelWrite', 'ExperimentWrite'],
  needs: ['mlflow.server', 'mlflow.experiment', 'mlflow.registered-model'],
  techniques: ['AML.T0018', 'AML.T0035'],
  traverse: 'seconds',
  explain: {
    what: 'Reads and writes every model and experiment of the server.',
    why: 'An administrator of the server is refused nothing.',
    cut: 'Cut the way to the server’s administration.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const { models, experiments } = byServer(estate);
  for (const { id: from, data } of estate.all('mlflow.server')) {
    const { server } = data;
    const members = () => [
      ...(models.get(server) ?? []).flatMap(({ id, data: { name } }) => [
        { node: id, facts: [id] },
        { node: registeredModelWriteId(server, name), facts: [id] },
      ]),
      ...(experiments.get(server) ?? []).map((fact) => ({ node: experimentWriteId(fact), facts: [fact.id] })),
    ];
    yield {
      from,
      to: { key: `mlflow-everything:${server}`, label: `everything on ${server}`, members },
      facts: [from],
    };
  }
}
