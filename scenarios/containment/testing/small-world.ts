/**
 * A small estate in a namespace of its own: an account that is abused, what it reaches in three ways, and the delivery that
 * would put things back. A plan for it has one step of every kind that the big day has, and takes seconds.
 */
import { randomBytes } from 'node:crypto';
import type { ApiObject } from '../../../packages/platform/src/connectors/kubernetes/api.ts';

export interface SmallWorld {
  readonly namespace: string;
  readonly objects: readonly ApiObject[];
  /** The node that is abused. */
  readonly compromised: string;
  /** Selector of what must stay out of its reach. */
  readonly protect: string;
}

const rbac = 'rbac.authorization.k8s.io';

/** `widelyUsed`: so many pods run as the abused account that taking its tokens is drastic. */
export function smallWorld({ widelyUsed = false } = {}): SmallWorld {
  const namespace = `firebreak-${randomBytes(4).toString('hex')}`;
  const named = (name: string, more: object = {}) => ({ name, namespace, ...more });
  const account = (name: string) => ({ kind: 'ServiceAccount', name, namespace });
  const role = (name: string, resources: readonly string[], verbs: readonly string[], group = ''): ApiObject => ({
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: named(name),
    rules: [{ apiGroups: [group], resources, verbs }],
  });
  const binding = (name: string, to: string, accounts: readonly string[]): ApiObject => ({
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: named(name),
    roleRef: { apiGroup: rbac, kind: 'Role', name: to },
    subjects: accounts.map(account),
  });
  const deployment = (name: string, replicas: number): ApiObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: named(name),
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { serviceAccountName: name, containers: [{ name: 'main', image: `registry.example/${name}:1` }] },
      },
    },
  });
  return {
    namespace,
    compromised: `kubernetes:ServiceAccount/${namespace}/runner`,
    protect: `kind=Secret,namespace=${namespace},name=vault`,
    objects: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('runner', { labels: { team: 'serving' } }) },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('auditor') },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('vault-agent') },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'kubernetes.io/service-account-token',
        metadata: named('runner-token', { annotations: { 'kubernetes.io/service-account.name': 'runner' } }),
      },
      { apiVersion: 'v1', kind: 'Secret', metadata: named('vault'), stringData: { password: 'only for tests' } },
      role('read-vault', ['secrets'], ['get', 'list']),
      role('operate', ['pods/exec'], ['create']),
      role('deploy', ['deployments'], ['get', 'patch'], 'apps'),
      binding('readers', 'read-vault', ['auditor', 'runner']),
      binding('operators', 'operate', ['runner', 'auditor']),
      binding('deployers', 'deploy', ['runner']),
      binding('agents', 'read-vault', ['vault-agent']),
      deployment('vault-agent', 1),
      ...(widelyUsed ? [deployment('runner', 6)] : []),
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: named('delivery'),
        spec: {
          project: 'default',
          source: { repoURL: 'https://git.example/serving.git', path: 'serving', targetRevision: 'main' },
          destination: { server: 'https://kubernetes.default.svc', namespace },
          syncPolicy: { automated: { prune: true, selfHeal: true } },
        },
      },
    ],
  };
}
