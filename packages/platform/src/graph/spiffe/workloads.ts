/**
 * Which containers get which SPIFFE ID. An entry's selectors must all be true of the workload; SPIRE's Kubernetes attestor makes
 * them from the pod (`k8s:ns`, `k8s:sa`, labels, images, names). A selector that cannot be judged from the estate makes the step
 * uncertain, one of another attestor (`unix`, `docker`, `aws`, …) as well; an entry without any that speaks of Kubernetes joins
 * nobody. Source: SPIRE, plugin_agent_workloadattestor_k8s.md.
 */
import type { Estate, Fact, FactId, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { append, type ContainerView, type PodView, podsOf } from '../kubernetes/pods.ts';
import { spiffeNodeId } from '../names/spiffe-id.ts';

export interface Svid {
  readonly container: NodeId;
  readonly identity: NodeId;
  readonly facts: readonly FactId[];
  /** Selectors that nobody could judge. */
  readonly depends: readonly string[];
}

/** Pods by namespace, by account and by label, so that an entry looks at few of them. */
const indexes: (estate: Estate) => ReadonlyMap<string, readonly PodView[]> = perEstate((estate) => {
  const index = new Map<string, PodView[]>();
  for (const pod of podsOf(estate).all) {
    append(index, `ns:${pod.namespace}`, pod);
    append(index, `sa:${accountOf(pod)}`, pod);
    append(index, `pod-name:${pod.name}`, pod);
    for (const [key, value] of Object.entries(pod.labels)) append(index, `pod-label:${key}:${value}`, pod);
  }
  return index;
});
const accountOf = (pod: PodView) => pod.account.slice(pod.account.lastIndexOf('/') + 1);

export const svidsOf: (estate: Estate) => readonly Svid[] = perEstate((estate) => [
  ...estate.all('spiffe.entry').flatMap((entry) => svidsOfEntry(estate, entry)),
  ...estate.all('spiffe.template').flatMap((template) => svidsOfTemplate(estate, template)),
]);

function svidsOfEntry(estate: Estate, entry: Fact<'spiffe.entry'>): Svid[] {
  const identity = spiffeNodeId(entry.data.spiffeId);
  const own = entry.data.selectors.filter(({ type }) => type === 'k8s').map(({ value }) => value);
  if (identity === undefined || own.length === 0) return [];
  const foreign = entry.data.selectors
    .filter(({ type }) => type !== 'k8s')
    .map(({ type, value }) => `${type}:${value}`);
  const svids: Svid[] = [];
  for (const pod of fewest(estate, own))
    for (const container of pod.containers) {
      const judged = own.map((selector) => ({ selector, holds: holds(selector, pod, container) }));
      if (judged.some((each) => each.holds === false)) continue;
      const open = judged.filter((each) => each.holds === undefined).map(({ selector }) => `k8s:${selector}`);
      svids.push({
        container: container.id,
        identity,
        facts: [entry.id, ...pod.facts],
        depends: [...open, ...foreign],
      });
    }
  return svids;
}

/** The shortest list of pods that one of the selectors gives; nobody when none of them names pods. */
function fewest(estate: Estate, selectors: readonly string[]): readonly PodView[] {
  const index = indexes(estate);
  const lists = selectors
    .filter((selector) => /^(ns|sa|pod-name|pod-label):/.test(selector))
    .map((selector) => index.get(selector) ?? []);
  return lists.reduce<readonly PodView[]>((best, list) => (list.length < best.length ? list : best), lists[0] ?? []);
}

/** Undefined when the estate does not tell. */
function holds(selector: string, pod: PodView, container: ContainerView): boolean | undefined {
  const colon = selector.indexOf(':');
  const value = selector.slice(colon + 1);
  switch (selector.slice(0, colon)) {
    case 'ns':
      return pod.namespace === value;
    case 'sa':
      return accountOf(pod) === value;
    case 'pod-name':
      return pod.wouldBe ? undefined : pod.name === value;
    case 'pod-label': {
      const second = value.indexOf(':');
      return pod.labels[value.slice(0, second)] === value.slice(second + 1);
    }
    case 'container-name':
      return container.name === value;
    case 'container-image':
      return container.spec.image === value || undefined;
    case 'node-name':
      return pod.spec.nodeName === undefined ? undefined : pod.spec.nodeName === value;
    default:
      return undefined;
  }
}

const expression = /\{\{-?\s*(\.[A-Za-z.]{1,64})\s*-?\}\}/g;

function svidsOfTemplate(estate: Estate, template: Fact<'spiffe.template'>): Svid[] {
  const { data } = template;
  const wanted = Object.entries(data.podLabels);
  const [firstLabel] = wanted;
  const pods =
    firstLabel === undefined
      ? podsOf(estate).all
      : (indexes(estate).get(`pod-label:${firstLabel[0]}:${firstLabel[1]}`) ?? []);
  const domains = estate.all('spiffe.trust-domain');
  // The controller's own trust domain is not in the resource.
  const domain = data.trustDomain ?? (domains.length === 1 ? domains[0]?.data.trustDomain : undefined);
  const depends = data.narrower ? ['further selectors of the template'] : [];
  const svids: Svid[] = [];
  for (const pod of pods) {
    if (!wanted.every(([key, value]) => pod.labels[key] === value)) continue;
    const namespace = namespaceLabels(estate).get(pod.namespace);
    const ruled = Object.entries(data.namespaceLabels);
    if (ruled.length > 0 && !ruled.every(([key, value]) => namespace?.labels[key] === value)) continue;
    const uri = written(data.template, pod, domain);
    const identity = uri === undefined ? undefined : spiffeNodeId(uri);
    if (identity === undefined) continue;
    const facts = [template.id, ...pod.facts, ...(ruled.length > 0 && namespace !== undefined ? [namespace.fact] : [])];
    for (const { id: container } of pod.containers) svids.push({ container, identity, facts, depends });
  }
  return svids;
}

const namespaceLabels: (
  estate: Estate,
) => ReadonlyMap<string, { readonly fact: FactId; readonly labels: Readonly<Record<string, string>> }> = perEstate(
  (estate) =>
    new Map(
      estate
        .all('kubernetes.namespace')
        .map(({ id, data }) => [data.metadata.name, { fact: id, labels: data.metadata.labels }] as const),
    ),
);

/** Undefined when the template says something that the estate does not. */
function written(template: string, pod: PodView, trustDomain: string | undefined): string | undefined {
  const values: Readonly<Record<string, string | undefined>> = {
    '.TrustDomain': trustDomain,
    '.PodMeta.Namespace': pod.namespace,
    '.PodMeta.Name': pod.wouldBe ? undefined : pod.name,
    '.PodSpec.ServiceAccountName': accountOf(pod),
    '.PodSpec.NodeName': pod.spec.nodeName,
  };
  let known = true;
  const uri = template.replace(expression, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) known = false;
    return value ?? '';
  });
  return known && !uri.includes('{{') ? uri : undefined;
}
