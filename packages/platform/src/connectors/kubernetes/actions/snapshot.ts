import { defineAction } from '@firebreak/contract';
import { z } from 'zod';
import type { KubernetesApi } from '../api.ts';
import { knownResources } from '../resources.ts';
import { gather } from './evidence/gather.ts';
import { impactOf } from './impact/legitimate-use.ts';
import { namespaceName } from './objects/names.ts';

const params = z.object({
  /** Fact or node ids. */
  objects: z.array(z.string()),
  /** Namespaces of which everything is taken. */
  namespaces: z.array(namespaceName).optional(),
});
const before = z.object({
  /** What was taken; each is an evidence item of the same digest. */
  taken: z.array(z.object({ path: z.string(), uid: z.string(), resourceVersion: z.string(), sha256: z.string() })),
  missing: z.array(z.string()),
});

/** Said with every snapshot, so that nobody takes it for more than it is. */
const never = 'Not taken: the values of secrets, the logs, memory and disks of pods (they are with the kubelets).';

/** Takes the present state of objects as evidence, before anything can change it. */
export default defineAction<z.infer<typeof params>, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.snapshot',
  title: 'Take snapshot',
  stage: 'evidence',
  targetKinds: ['Cluster', 'Namespace'],
  params,
  before,
  permissions: [
    ...new Set(knownResources.map(({ group, plural }) => `${group === '' ? 'core' : group}/${plural}`)),
  ].flatMap((resource) => [`get ${resource}`, `list ${resource}`]),
  target: ({ namespaces = [] }) =>
    namespaces.length === 1
      ? { kind: 'Namespace', id: `kubernetes:Namespace/${namespaces[0]}`, name: namespaces[0] ?? '' }
      : { kind: 'Cluster', id: 'kubernetes:Cluster', name: 'cluster' },
  describe: ({ objects, namespaces = [] }) => {
    const whole = namespaces.length === 0 ? '' : ` and everything in ${namespaces.join(', ')}`;
    return `Record ${objects.length} objects${whole} as evidence. ${never}`;
  },
  undoes: () => 'There is nothing to undo: it only reads.',
  drastic: () => false,
  impact: () => impactOf('snapshot', []),
  async read(attempt, { objects, namespaces = [] }) {
    const { items, taken, missing } = await gather(attempt, objects, namespaces);
    return { record: { taken: [...taken], missing: [...missing, never] }, evidence: items };
  },
  preview: () => [],
  apply: async () => ({ outcome: 'done' }),
  inEffect: () => true,
  probe: async () => [],
  reversal: { kind: 'none', because: 'It only reads.' },
});
