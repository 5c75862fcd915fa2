import { isDeepStrictEqual } from 'node:util';
import {
  type Denial,
  defineAction,
  denial,
  type Estate,
  type Interruption,
  kubernetesId,
  type NodeRef,
  type ProbeResult,
} from '@firebreak/contract';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { denies } from '../denial/images.ts';
import { bindingKind, bindingOf, denialName, denialObjects, denialOf, policyKind } from '../denial/policy.ts';
import { expectRefusal, tryPod } from './admission/trial-pod.ts';
import { tryWrites } from './admission/trial-write.ts';
import { inWords } from './exchange/failure.ts';
import { type OwnBefore, ownBefore, ownObjects } from './exchange/own-objects.ts';
import type { KubernetesAttempt } from './exchange/reading.ts';
import { impactOf, interruptEach, legitimateUse, type User } from './impact/legitimate-use.ts';
import { permission, refTo } from './objects/built-in.ts';

const subjectInWords = ({ kind, name, namespace }: Extract<Denial, { deny: 'writes' }>['subject']) =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
const where = (namespace: string | undefined) =>
  namespace === undefined ? 'the whole cluster' : `namespace ${namespace}`;

function inPlainWords(of: Denial): string {
  switch (of.deny) {
    case 'account':
      return `new pods in namespace ${of.namespace} that run as service account ${of.serviceAccount}`;
    case 'images':
      return `the images ${of.images.join(', ')} in ${where(of.namespace)}`;
    case 'writes': {
      const group = of.group === '' ? '' : ` of ${of.group === '*' ? 'any group' : of.group}`;
      return `changes of ${of.resources.join(', ')}${group} by ${subjectInWords(of.subject)} in ${where(of.namespace)}`;
    }
  }
}

/**
 * Has the API server itself refuse one thing, by a ValidatingAdmissionPolicy and its binding. Nothing that exists is changed, so that
 * nobody's controller puts anything back; whoever may delete policies can lift it.
 *
 * An image is compared as it is written: a digest in a denial does not stop the same image by a tag.
 */
export default defineAction<Denial, OwnBefore, KubernetesApi>({
  id: 'kubernetes.deny-admission',
  title: 'Deny by admission policy',
  stage: 'access',
  targetKinds: ['ServiceAccount', 'User', 'Group', 'Namespace', 'Cluster'],
  params: denial,
  before: ownBefore,
  permissions: [
    ...[policyKind, bindingKind].flatMap((kind) => [
      permission('get', kind),
      permission('create', kind),
      permission('delete', kind),
    ]),
    permission('create', 'ServiceAccount', 'token'),
    permission('create', 'Pod'),
  ],
  target,
  describe: (of) => `Deny ${inPlainWords(of)}, by ${policyKind} ${denialName(of)}.`,
  undoes: (of) => `${policyKind} ${denialName(of)} and its binding are deleted.`,
  drastic: (of) => of.deny === 'images' && of.namespace === undefined && of.images.some((each) => each.endsWith('/')),
  takes: () => 10,
  impact: (of, estate) => impactOf('deny-admission', interruptedBy(of, estate)),
  ...ownObjects((of) => {
    const name = denialName(of);
    const { policy, binding } = denialObjects(of, name);
    const own = (kind: string, body: ApiObject, isOurs: (now: ApiObject) => boolean) => ({
      id: kubernetesId(kind, undefined, name),
      ref: refTo(kind, undefined, name),
      body,
      isOurs,
    });
    return [
      own(policyKind, policy, (now) => isDeepStrictEqual(denialOf(now), of)),
      own(bindingKind, binding, (now) => {
        const { policyName, enforced, unconditional } = bindingOf(now);
        return policyName === name && enforced && unconditional;
      }),
    ];
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const what = `The API server refuses ${inPlainWords(of)}`;
    const name = denialName(of);
    switch (of.deny) {
      case 'account':
        return [
          await expectRefusal(attempt, what, name, () => tryPod(attempt, of)),
          ...(of.serviceAccount === 'default'
            ? []
            : [await othersPass(attempt, of.namespace, 'A pod with another account is not refused by it', name)]),
        ];
      case 'images': {
        const namespace = of.namespace ?? 'default';
        const [image = ''] = of.images;
        const pod = { namespace, image: exampleOf(image) };
        return [
          await expectRefusal(attempt, what, name, () => tryPod(attempt, pod)),
          await othersPass(attempt, namespace, 'A pod with another image is not refused by it', name),
        ];
      }
      case 'writes':
        return [await tryWrites(attempt, of, what, name)];
    }
  },
});

function target(of: Denial): NodeRef {
  switch (of.deny) {
    case 'account': {
      const { namespace, serviceAccount: name } = of;
      return { kind: 'ServiceAccount', id: kubernetesId('ServiceAccount', namespace, name), name };
    }
    case 'images': {
      const { namespace } = of;
      return namespace === undefined
        ? { kind: policyKind, id: kubernetesId(policyKind, undefined, denialName(of)), name: denialName(of) }
        : { kind: 'Namespace', id: kubernetesId('Namespace', undefined, namespace), name: namespace };
    }
    case 'writes': {
      const { kind, name, namespace } = of.subject;
      return { kind, id: kubernetesId(kind, namespace, name), name };
    }
  }
}

function interruptedBy(of: Denial, estate: Estate): readonly Interruption[] {
  const use = legitimateUse(estate);
  const running = (users: readonly User[], what: string) =>
    interruptEach(users, () => what).map((each) => ({ ...each, weight: each.weight / 4 }));
  switch (of.deny) {
    case 'account':
      return running(
        use.runningAs(of.namespace, of.serviceAccount),
        'Cannot be rolled out, scaled up or replaced; what runs of it goes on.',
      );
    case 'images': {
      const owners = new Map<string, User>();
      for (const fact of [...estate.all('kubernetes.workload'), ...estate.all('kubernetes.pod')]) {
        const { metadata } = fact.data;
        if (of.namespace !== undefined && metadata.namespace !== of.namespace) continue;
        const spec = fact.kind === 'kubernetes.pod' ? fact.data.spec : fact.data.template.spec;
        const images = [...spec.containers, ...spec.initContainers].flatMap(({ image }) => image ?? []);
        const user = images.some((image) => denies(of.images, image)) ? use.user(fact.id) : undefined;
        if (user !== undefined) owners.set(user.ref.id, user);
      }
      return running([...owners.values()], 'Its image is refused: it cannot be rolled out, scaled up or replaced.');
    }
    case 'writes': {
      const { kind, namespace, name } = of.subject;
      const what = `Its ${inPlainWords(of)} are refused; what it reads it goes on reading.`;
      if (kind === 'ServiceAccount') return running(use.runningAs(namespace ?? '', name), what);
      return [{ who: { kind, id: kubernetesId(kind, undefined, name), name }, what, weight: 0.5 }];
    }
  }
}

/** That it refuses no more than it should. */
async function othersPass(
  attempt: KubernetesAttempt,
  namespace: string,
  what: string,
  name: string,
): Promise<ProbeResult> {
  const answer = await tryPod(attempt, { namespace });
  if (answer.ok) return { what, result: 'holds', evidence: 'It would be admitted.' };
  return answer.reason.includes(name)
    ? { what, result: 'fails', evidence: inWords(answer) }
    : { what, result: 'holds', evidence: `Not refused by it, but: ${inWords(answer)}` };
}

/** An image that a denied pattern is about. */
function exampleOf(pattern: string): string {
  if (pattern.startsWith('@')) return `registry.invalid/firebreak/trial${pattern}`;
  return pattern.endsWith('/') ? `${pattern}firebreak-trial:1` : `${pattern}:firebreak-trial`;
}
