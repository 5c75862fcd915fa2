import { defineAction, kubernetesId, type Outcome, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { stringMap, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { readError, refused, refusedBy } from './exchange/failure.ts';
import { type KubernetesAttempt, listAll } from './exchange/reading.ts';
import { changeOf, send, type Write } from './exchange/write.ts';
import { impactOf } from './impact/legitimate-use.ts';
import { permission, refTo, refToAll } from './objects/built-in.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { nameOf } from './objects/object-meta.ts';
import { sameObject, setField } from './objects/one-field.ts';

const params = z.object({
  namespace: namespaceName,
  name: objectName,
  /** Keys whose values are overwritten. */
  keys: z
    .array(
      z
        .string()
        .max(253)
        .regex(/^[-._a-zA-Z0-9]+$/, 'not a key of a secret'),
    )
    .min(1)
    .max(100),
});
type Params = z.infer<typeof params>;
/** Metadata alone: no value of a secret is ever read. */
const before = z.object({ metadata: apiObject.nullable() });
type Before = z.infer<typeof before>;

const mark = 'firebreak.dev/replaced';
const placeholder = Buffer.from('Replaced by Firebreak. Write the new value here.').toString('base64');
const id = ({ namespace, name }: Params) => kubernetesId('Secret', namespace, name);
const refOf = ({ namespace, name }: Params) => refTo('Secret', namespace, name);
const inWords = ({ namespace, name }: Params) => `Secret ${namespace}/${name}`;
const keysInWords = ({ keys }: Params) => [...keys].sort().join(', ');

/**
 * Overwrites values of a secret with a placeholder that opens nothing, so that whoever reads or mounts it from now on gets nothing. The
 * value that was there is not read, not kept and not put back: who abused it has it. What makes it worthless is its issuer; whoever owns
 * it writes the new one here. Because nobody can check a value without reading it, no edge of the graph is taken for cut by this.
 */
export default defineAction<Params, Before, KubernetesApi>({
  id: 'kubernetes.replace-secret',
  title: 'Overwrite secret values',
  stage: 'credential',
  targetKinds: ['Secret'],
  params,
  before,
  // Listed as metadata; RBAC does not tell a list of metadata from one with values.
  permissions: [permission('list', 'Secret'), permission('patch', 'Secret')],
  target: (of) => ({ kind: 'Secret', id: id(of), name: of.name }),
  describe: (of) => `Overwrite ${keysInWords(of)} of ${inWords(of)} with a placeholder that opens nothing.`,
  undoes: (of) => `${inWords(of)} keeps the placeholder until its owner writes a new value.`,
  drastic: () => true,
  impact(of, estate) {
    const users = new Map<string, { kind: string; id: string; name: string }>();
    for (const fact of [...estate.all('kubernetes.workload'), ...estate.all('kubernetes.pod')]) {
      if (fact.data.metadata.namespace !== of.namespace || fact.data.metadata.ownerReferences.length > 0) continue;
      const spec = fact.kind === 'kubernetes.pod' ? fact.data.spec : fact.data.template.spec;
      if (JSON.stringify(spec).includes(JSON.stringify(of.name)))
        users.set(fact.id, {
          kind: fact.kind === 'kubernetes.pod' ? 'Pod' : fact.data.workloadKind,
          id: fact.id,
          name: fact.data.metadata.name,
        });
    }
    const what = 'Uses the secret: it fails at its next start or when the mounted value changes.';
    return impactOf(
      'replace-secret',
      [...users.values()].map((who) => ({ who, what, weight: 3 })),
    );
  },
  async read(attempt, of) {
    const seen = await metadataOf(attempt, of);
    if (!seen.ok) throw readError(seen, inWords(of));
    return { record: { metadata: seen.value } };
  },
  preview: (of, was) => writes(of, was).map(changeOf),
  async apply(attempt, of, was): Promise<Outcome> {
    const now = await metadataOf(attempt, of);
    if (!now.ok) return refusedBy(now);
    if (now.value === null || was.metadata === null) return refused('FB-K8S-GONE', `${id(of)} does not exist.`);
    if (isReplaced(now.value, of)) return { outcome: 'done' };
    const [write] = writes(of, was);
    if (write === undefined) return refused('FB-K8S-CONFLICT', 'The secret changed since it was read.', true);
    return await send(attempt, write);
  },
  inEffect: (now, of) => now.metadata === null || isReplaced(now.metadata, of),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const seen = await metadataOf(attempt, of);
    const what = `${inWords(of)} holds the placeholder`;
    const written: ProbeResult = !seen.ok
      ? { what, result: 'cannot-tell', evidence: seen.reason }
      : seen.value === null || isReplaced(seen.value, of)
        ? { what, result: 'holds', evidence: 'It was written in one request with its mark, and the mark is there.' }
        : { what, result: 'fails', evidence: 'The mark is not there.' };
    return [
      written,
      {
        what: 'The value that was there opens nothing any more',
        result: 'cannot-tell',
        evidence: 'Only its issuer can revoke it. Pods that were given it keep it until they are restarted.',
      },
    ];
  },
  reversal: {
    kind: 'none',
    because: 'The old value must be taken for known, and Firebreak keeps no copy of it; its owner writes a new one.',
  },
});

/** Null when there is none. */
async function metadataOf(attempt: KubernetesAttempt, of: Params) {
  const all = await listAll(attempt, refToAll('Secret', of.namespace), { form: 'metadata' });
  if (!all.ok) return all;
  const found = all.value.find((secret) => nameOf(secret) === of.name);
  const { managedFields: _, ...metadata } = (found?.metadata ?? {}) as Record<string, unknown>;
  return { ok: true as const, value: found === undefined ? null : ({ metadata } as ApiObject) };
}

function isReplaced(secret: ApiObject, of: Params): boolean {
  return stringMap(secret.metadata?.annotations)[mark] === keysInWords(of).replaceAll(' ', '');
}

function writes(of: Params, { metadata }: Before): readonly Write[] {
  if (metadata === null || isReplaced(metadata, of)) return [];
  const version = textAt(metadata, 'metadata', 'resourceVersion');
  return [
    {
      object: id(of),
      ref: refOf(of),
      verb: 'patch',
      patch: [
        ...sameObject(metadata),
        ...(version === undefined ? [] : [{ op: 'test' as const, path: '/metadata/resourceVersion', value: version }]),
        ...setField(metadata, ['metadata', 'annotations', mark], keysInWords(of).replaceAll(' ', '')).filter(
          ({ path }) => path !== '/metadata/uid',
        ),
        ...[...of.keys].sort().map((key) => ({ op: 'add' as const, path: `/data/${key}`, value: placeholder })),
      ],
    },
  ];
}
