/**
 * Admission that others put into the cluster, as far as the twin can decide it: the denials that Firebreak makes, and the number of
 * pods that a quota allows. Any other policy is foreign and lets everything through here; the graph believes it as little.
 */
import type { Denial } from '@firebreak/contract';
import { array, at, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, ApiResource } from '../api.ts';
import { denies } from '../denial/images.ts';
import { bindingOf, denialOf, requesterOf } from '../denial/policy.ts';
import { isScoped } from '../kinds/resource-quota.ts';
import { knownResource } from '../resources.ts';
import type { Cluster } from './cluster.ts';
import { nameOf, namespaceOf } from './storage.ts';

const policies = knownResource('admissionregistration.k8s.io', 'ValidatingAdmissionPolicy') as ApiResource;
const bindings = knownResource('admissionregistration.k8s.io', 'ValidatingAdmissionPolicyBinding') as ApiResource;
const quotas = knownResource('', 'ResourceQuota') as ApiResource;
const pods = knownResource('', 'Pod') as ApiResource;

/** What makes pods possible again when it goes. */
export const restrains = (resource: ApiResource): boolean => resource === quotas || resource === bindings;

export interface Requested {
  readonly user: string;
  readonly groups: readonly string[];
  readonly group: string;
  /** `pods` or `pods/exec` */
  readonly resource: string;
  readonly namespace: string | undefined;
}

/** Why a change that an identity asks for is refused, whatever it is. */
export function writeDenied(cluster: Cluster, asked: Requested): string | undefined {
  return first(cluster, (denial) => denial.deny === 'writes' && coversWrite(denial, asked));
}

/** Why a pod is refused. `before`: the pod that is changed. */
export function podDenied(cluster: Cluster, pod: ApiObject, before?: ApiObject): string | undefined {
  const namespace = namespaceOf(pod);
  const known = new Set(before === undefined ? [] : imagesOf(before));
  const denied = first(cluster, (denial) => {
    if (denial.deny === 'account') {
      const account = textAt(pod, 'spec', 'serviceAccountName');
      return before === undefined && namespace === denial.namespace && account === denial.serviceAccount;
    }
    if (denial.deny !== 'images' || (denial.namespace !== undefined && denial.namespace !== namespace)) return false;
    return imagesOf(pod).some((image) => !known.has(image) && denies(denial.images, image));
  });
  return denied ?? (before === undefined ? overQuota(cluster, pod) : undefined);
}

function first(cluster: Cluster, refuses: (denial: Denial) => boolean): string | undefined {
  for (const binding of cluster.storage.list(bindings)) {
    const { policyName, enforced, unconditional } = bindingOf(binding);
    const policy = enforced && unconditional ? cluster.storage.get(policies, undefined, policyName) : undefined;
    const denial = policy === undefined ? undefined : denialOf(policy);
    if (denial !== undefined && refuses(denial))
      return `ValidatingAdmissionPolicy '${policyName}' with binding '${nameOf(binding)}' denied request`;
  }
  return undefined;
}

function coversWrite(denial: Extract<Denial, { deny: 'writes' }>, asked: Requested): boolean {
  if (denial.namespace !== undefined && denial.namespace !== asked.namespace) return false;
  if (denial.group !== '*' && denial.group !== asked.group) return false;
  const { user, group } = requesterOf(denial.subject);
  if (asked.user !== user && !(group !== '' && asked.groups.includes(group))) return false;
  const [resource = '', subresource = ''] = asked.resource.split('/', 2);
  return denial.resources.some((each) => {
    const [wanted = '', below = ''] = each.split('/', 2);
    return (wanted === '*' || wanted === resource) && (below === subresource || below === '*');
  });
}

function imagesOf(pod: ApiObject): readonly string[] {
  return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
    array(at(pod, 'spec', list)).flatMap((container) => textAt(container, 'image') ?? []),
  );
}

function overQuota(cluster: Cluster, pod: ApiObject): string | undefined {
  const namespace = namespaceOf(pod);
  for (const quota of cluster.storage.list(quotas, namespace)) {
    const hard = at(quota, 'spec', 'hard', 'pods') ?? at(quota, 'spec', 'hard', 'count/pods');
    if (hard === undefined || !counts(quota, pod) || !Number.isInteger(Number(hard))) continue;
    const used = cluster.storage.list(pods, namespace).filter((each) => {
      const phase = at(each, 'status', 'phase');
      return counts(quota, each) && phase !== 'Succeeded' && phase !== 'Failed';
    }).length;
    if (used + 1 > Number(hard))
      return `exceeded quota: ${nameOf(quota)}, requested: pods=1, used: pods=${used}, limited: pods=${Number(hard)}`;
  }
  return undefined;
}

/** By priority class, or every pod; what else a quota may be scoped by is not decided here, and counts nothing. */
function counts(quota: ApiObject, pod: ApiObject): boolean {
  if (!isScoped(quota)) return true;
  const expressions = array(at(quota, 'spec', 'scopeSelector', 'matchExpressions'));
  return (
    array(at(quota, 'spec', 'scopes')).length === 0 &&
    expressions.every(
      (each) =>
        textAt(each, 'scopeName') === 'PriorityClass' &&
        textAt(each, 'operator') === 'In' &&
        array(at(each, 'values')).includes(textAt(pod, 'spec', 'priorityClassName')),
    )
  );
}
