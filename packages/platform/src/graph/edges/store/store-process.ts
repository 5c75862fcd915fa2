import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';
import { storeWorkloads } from '../../store/workloads.ts';

export default {
  label: 'STORE_PROCESS',
  from: ['Container'],
  to: ['VectorStore', 'VectorStoreWrite'],
  needs: ['kubernetes.pod', 'kubernetes.workload', 'kubernetes.service'],
  techniques: ['T1005', 'AML.T0020'],
  traverse: 'minutes',
  explain: {
    what: 'Reads and changes what the store keeps, past whoever it asks.',
    why: 'The store runs in this container.',
    cut: 'Stop the workload.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, containers, facts } of storeWorkloads(estate))
    for (const { pod, container } of containers)
      for (const to of [id, writeId(id)])
        yield { from: container.id, to, facts: [...new Set([...pod.facts, ...facts])] };
}
