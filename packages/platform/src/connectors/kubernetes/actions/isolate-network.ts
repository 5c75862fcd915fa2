import { createHash } from 'node:crypto';
import { defineAction, kubernetesId, type Outcome, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { at } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { inWords, refused, refusedBy } from './exchange/failure.ts';
import { type KubernetesAttempt, listAll, look, readAll, readObject } from './exchange/reading.ts';
import { changeOf, send, type Write } from './exchange/write.ts';
import { servesSomebody } from './impact/business-weight.ts';
import { impactOf, interruptEach, legitimateUse } from './impact/legitimate-use.ts';
import { directions, otherPolicies, otherPolicySchema } from './network/other-policies.ts';
import { networkPlugins } from './network/plugins.ts';
import { permission, refTo, refToAll } from './objects/built-in.ts';
import { selects } from './objects/label-selector.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { labelsOf, nameOf, uidOf } from './objects/object-meta.ts';
import { sameButServerOwned } from './objects/server-owned.ts';

const params = z.object({
  namespace: namespaceName,
  /** Labels that a pod must have; null for every pod of the namespace. */
  podSelector: z.record(z.string(), z.string()).nullable(),
  direction: z.enum(['ingress', 'egress', 'both']),
  name: objectName.optional(),
});
type Params = z.infer<typeof params>;
const before = z.object({
  /** What has the name of our policy, ours or not; null when nothing has. */
  policy: apiObject.nullable(),
  /** Policies that may allow what ours denies. */
  others: z.array(otherPolicySchema),
});
type Before = z.infer<typeof before>;

const managed = 'firebreak.dev/managed';

/**
 * Cuts pods off the network by a default-deny NetworkPolicy. It is only ever created and deleted; a policy that is already
 * there under the name is somebody's and stays as it is.
 */
export default defineAction<Params, Before, KubernetesApi>({
  id: 'kubernetes.isolate-network',
  title: 'Isolate on the network',
  stage: 'network',
  targetKinds: ['Namespace', 'NetworkPolicy'],
  params,
  before,
  permissions: [
    permission('get', 'NetworkPolicy'),
    permission('list', 'NetworkPolicy'),
    permission('create', 'NetworkPolicy'),
    permission('delete', 'NetworkPolicy'),
    permission('list', 'Pod'),
    permission('list', 'DaemonSet'),
  ],
  target: (of) => ({ kind: 'NetworkPolicy', id: id(of), name: policyName(of) }),
  describe: (of) =>
    `Deny ${of.direction === 'both' ? 'all' : of.direction} traffic of ${podsInWords(of)} by NetworkPolicy ${policyName(of)}. Other policies that allow traffic go on allowing it, and the cluster's network plugin has to enforce policies.`,
  undoes: (of) => `NetworkPolicy ${policyName(of)} is deleted; the traffic that it denied flows again.`,
  drastic: (of, estate) => of.direction !== 'egress' && isolated(of, estate).some(({ reach }) => servesSomebody(reach)),
  impact(of, estate) {
    const what = {
      ingress: 'Nothing reaches it any more.',
      egress: 'It reaches nothing any more, name resolution included.',
      both: 'It is cut off from everything, name resolution included.',
    }[of.direction];
    return impactOf(
      'isolate-network',
      interruptEach(isolated(of, estate), () => what),
    );
  },

  async read(attempt, of) {
    const policy = await readObject(attempt, policyRef(of));
    const policies = await readAll(attempt, refToAll('NetworkPolicy', of.namespace));
    return { record: { policy, others: otherPolicies(policies, policyName(of), of.podSelector, of.direction) } };
  },
  preview: (of, was) => (was.policy === null ? [changeOf(create(of))] : []),
  async apply(attempt, of): Promise<Outcome> {
    const now = await look(attempt, policyRef(of));
    if (!now.ok) return refusedBy(now);
    if (now.object === null) return await send(attempt, create(of));
    if (isOurs(now.object, of)) return { outcome: 'done' };
    return refused('FB-K8S-CONFLICT', `A NetworkPolicy ${policyName(of)} exists already and is not ours.`);
  },
  inEffect: (now, of) => now.policy !== null && isOurs(now.policy, of),

  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    return [await nothingElseAllows(attempt, of), await enforcement(attempt, of)];
  },

  reversal: {
    kind: 'restore',
    async restore(attempt, of, was): Promise<Outcome> {
      // It was there before we came: ours from another step, or somebody else's.
      if (was.policy !== null) return { outcome: 'done' };
      const now = await look(attempt, policyRef(of));
      if (!now.ok) return refusedBy(now);
      if (now.object === null) return { outcome: 'done' };
      if (!isOurs(now.object, of) && attempt.force !== true) {
        return refused('FB-UNDO-CHANGED', `NetworkPolicy ${policyName(of)} was changed by somebody else.`);
      }
      return await send(attempt, { object: id(of), ref: policyRef(of), verb: 'delete', uid: uidOf(now.object) });
    },
    restored: (now, _, was) => was.policy !== null || now.policy === null,
  },
});

/** The name of the policy: given, or derived from what it isolates, so that the same wish has the same name. */
export function policyName({ name, namespace, podSelector, direction }: Params): string {
  if (name !== undefined) return name;
  const labels = Object.entries(podSelector ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash('sha256').update(JSON.stringify([namespace, labels, direction]));
  return `firebreak-isolate-${digest.digest('hex').slice(0, 10)}`;
}

function id(of: Params) {
  return kubernetesId('NetworkPolicy', of.namespace, policyName(of));
}
function policyRef(of: Params) {
  return refTo('NetworkPolicy', of.namespace, policyName(of));
}
function podsInWords({ namespace, podSelector }: Params): string {
  const labels = Object.entries(podSelector ?? {}).map(([key, value]) => `${key}=${value}`);
  return labels.length === 0
    ? `every pod of namespace ${namespace}`
    : `pods ${labels.join(', ')} of namespace ${namespace}`;
}
/** The server drops an empty map, so that no labels and null are the same selector. */
function selectsAll({ podSelector }: Params): boolean {
  return podSelector === null || Object.keys(podSelector).length === 0;
}
function isolated(of: Params, estate: Parameters<typeof legitimateUse>[0]) {
  return legitimateUse(estate).selectedBy(of.namespace, of.podSelector);
}

function policy(of: Params): ApiObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: policyName(of), namespace: of.namespace, labels: { [managed]: 'true' } },
    // No rules at all: nothing is allowed in the directions that the types name.
    spec: {
      podSelector: selectsAll(of) ? {} : { matchLabels: of.podSelector },
      policyTypes: [...directions[of.direction]],
    },
  };
}
function create(of: Params): Write {
  return { object: id(of), ref: policyRef(of), verb: 'create', body: policy(of) };
}
function isOurs(found: ApiObject, of: Params): boolean {
  return sameButServerOwned(found, policy(of));
}

/** Read from the API, so it can be told: do the policies, taken together, still allow anything to a selected pod? */
async function nothingElseAllows(attempt: KubernetesAttempt, of: Params): Promise<ProbeResult> {
  const what = `No policy allows ${of.direction === 'both' ? 'any' : of.direction} traffic to ${podsInWords(of)}`;
  const policies = await listAll(attempt, refToAll('NetworkPolicy', of.namespace));
  const pods = await listAll(attempt, refToAll('Pod', of.namespace));
  if (!policies.ok) return { what, result: 'cannot-tell', evidence: inWords(policies) };
  if (!pods.ok) return { what, result: 'cannot-tell', evidence: inWords(pods) };
  const own = await look(attempt, policyRef(of));
  if (!own.ok) return { what, result: 'cannot-tell', evidence: inWords(own) };
  if (own.object === null || !isOurs(own.object, of)) {
    return { what, result: 'fails', evidence: `NetworkPolicy ${policyName(of)} is not there, or not as it was made.` };
  }
  const selected = pods.value.filter((pod) => selects({ matchLabels: of.podSelector ?? {} }, labelsOf(pod)));
  const onHost = selected.filter((pod) => at(pod, 'spec', 'hostNetwork') === true).map(nameOf);
  const allowing = otherPolicies(policies.value, policyName(of), of.podSelector, of.direction).filter(
    ({ allows }) => allows.length > 0,
  );
  const meeting = allowing.filter(({ name }) => {
    const other = policies.value.find((each) => nameOf(each) === name);
    return selected.some((pod) => selects(at(other, 'spec', 'podSelector'), labelsOf(pod)));
  });
  const allowedBy = (list: typeof allowing) =>
    list.map(({ name, allows }) => `${name} allows ${allows.join('; ')}`).join('. ');
  if (onHost.length > 0) {
    const evidence = `Policies do not reach pods on the host's network: ${onHost.join(', ')}.`;
    return { what, result: 'fails', evidence };
  }
  if (meeting.length > 0) return { what, result: 'fails', evidence: `Still allowed: ${allowedBy(meeting)}.` };
  if (allowing.length > 0) {
    const evidence = `No pod that is there now is concerned, but one with further labels would be: ${allowedBy(allowing)}.`;
    return { what, result: 'cannot-tell', evidence };
  }
  return { what, result: 'holds', evidence: `${selected.length} pods selected; no other policy allows them anything.` };
}

/** Whether packets are dropped shows on the wire only, and we are not on it. */
async function enforcement(attempt: KubernetesAttempt, of: Params): Promise<ProbeResult> {
  const found = await networkPlugins(attempt);
  const seen = !found.ok
    ? `Which network plugin runs could not be read (${inWords(found)}).`
    : found.value.length === 0
      ? 'No network plugin that is known to enforce policies was found.'
      : `${found.value.join(', ')} is installed, which enforces policies unless that is switched off.`;
  return {
    what: `The network drops ${of.direction === 'both' ? 'all' : of.direction} traffic of ${podsInWords(of)}`,
    result: 'cannot-tell',
    evidence: `The API server stores policies and does not see packets. ${seen} Connections that are open may stay open.`,
  };
}
