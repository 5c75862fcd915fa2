/**
 * Who answers admission webhooks, and what it is asked about. Only services of the cluster: what answers at an address outside is no
 * node of the graph.
 */
import { type Estate, type Fact, type FactId, type Lever, lever, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { type EndpointView, endpointsOf } from './endpoints.ts';
import { append } from './pods.ts';
import { workloadKinds } from './workload-kinds.ts';

interface Answering {
  readonly container: NodeId;
  readonly configuration: Fact<'kubernetes.webhook-configuration'>;
  /** Name of the webhook in its configuration. */
  readonly webhook: string;
  readonly facts: readonly FactId[];
  /** May change what decides about the cluster: what runs, and who may do what. */
  readonly rewrites: boolean;
  /** Is sent secrets. */
  readonly reads: boolean;
}

type Rule = Fact<'kubernetes.webhook-configuration'>['data']['webhooks'][number]['rules'][number];

const rbac = 'rbac.authorization.k8s.io';
/** Whoever rewrites one of these at its creation has the cluster. */
const decisive: readonly (readonly [group: string, resource: string])[] = [
  ['', 'pods'],
  ...workloadKinds.map(({ group, resource }) => [group, resource] as const),
  ...['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'].map((resource) => [rbac, resource] as const),
];

/** One entry for each container behind a webhook's service. */
export const answering: (estate: Estate) => readonly Answering[] = perEstate((estate) => {
  const configurations = estate.all('kubernetes.webhook-configuration');
  if (configurations.length === 0) return [];
  const services = new Map<string, EndpointView[]>();
  for (const endpoint of endpointsOf(estate))
    if (endpoint.id.includes('/service/')) append(services, `${endpoint.namespace}/${endpoint.name}`, endpoint);
  return configurations.flatMap((configuration) =>
    configuration.data.webhooks.flatMap(({ name, clientConfig, rules }): Answering[] => {
      const service = clientConfig?.service;
      if (service === undefined) return [];
      const endpoints = services.get(`${service.namespace}/${service.name}`) ?? [];
      const behind = new Map(
        endpoints
          .filter(({ port }) => port === (service.port ?? 443))
          .flatMap(({ targets, facts }) =>
            targets.map(({ container, pod }) => [container.id, [...facts, ...pod.facts]] as const),
          ),
      );
      const asked = (group: string, resource: string) => rules.some((rule) => isAsked(rule, group, resource));
      const rewrites = configuration.data.mutating && decisive.some(([group, resource]) => asked(group, resource));
      const reads = asked('', 'secrets');
      return [...behind].map(([container, facts]) => ({
        container,
        configuration,
        webhook: name,
        facts: [...new Set([configuration.id, ...facts])],
        rewrites,
        reads,
      }));
    }),
  );
});

function isAsked({ apiGroups, resources, operations }: Rule, group: string, resource: string): boolean {
  return (
    (apiGroups.includes('*') || apiGroups.includes(group)) &&
    ['*', '*/*', resource, `${resource}/*`].some((each) => resources.includes(each)) &&
    ['*', 'CREATE', 'UPDATE'].some((each) => operations.includes(each))
  );
}

/** The one webhook, or the one configuration, that gives a container a step. */
export function removeWebhook(estate: Estate, container: NodeId, rewriting: boolean): readonly Lever[] {
  const giving = answering(estate).filter(
    (each) => each.container === container && (rewriting ? each.rewrites : each.reads),
  );
  const [first, ...others] = giving;
  if (first === undefined || others.some(({ configuration }) => configuration !== first.configuration)) return [];
  const { data } = first.configuration;
  const kind = data.mutating ? 'MutatingWebhookConfiguration' : 'ValidatingWebhookConfiguration';
  return [
    lever('kubernetes.remove-webhook', {
      kind,
      name: data.metadata.name,
      ...(others.length === 0 ? { webhook: first.webhook } : {}),
    }),
  ];
}
