/** Rights over rights: impersonation, roles and bindings, certificates, webhooks, the whole cluster. */
import { account, binding, type CaseTable, can, canEverywhere, object, pod, rbacGroup, secret } from './world.case.ts';

const set = 'PermissionSet/prod/who::who';
const inCluster = 'PermissionSet/who::who';
const admin = 'Privilege/cluster-admin';
const strip = ['kubernetes.strip-subject'];
const bound = can('other', ['get pods']);
const csr = 'certificates.k8s.io';
const approve = [
  `update certificatesigningrequests/approval@${csr}`,
  `approve signers@${csr} kubernetes.io/kube-apiserver-client`,
];
const ask = [`create,get certificatesigningrequests@${csr}`];
const webhook = (kind: string) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name: 'hook' },
  webhooks: [],
});

const policies = 'create mutatingadmissionpolicies@admissionregistration.k8s.io';
const policyBindings = 'create mutatingadmissionpolicybindings@admissionregistration.k8s.io';

const hooked = [
  pod('hook', { ports: [{ containerPort: 9443 }] }, {}, { labels: { app: 'hook' } }),
  object('v1', 'Service', 'hook', { spec: { selector: { app: 'hook' }, ports: [{ port: 443, targetPort: 9443 }] } }),
];
/** A configuration with one webhook that `hooked` answers. */
const hook = (kind: string, resources: readonly string[], rule: object = {}, name = 'hook', service: object = {}) =>
  object(
    'admissionregistration.k8s.io/v1',
    kind,
    name,
    {
      webhooks: [
        {
          name: 'hook.example.com',
          clientConfig: { service: { namespace: 'prod', name: 'hook', ...service } },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources, ...rule }],
        },
      ],
    },
    { namespace: undefined },
  );

export const authorityCases: CaseTable = {
  CLUSTER_ADMIN: {
    holds: [
      { world: canEverywhere('who', ['* *@*']), edges: [`${inCluster} -> ${admin}`], levers: [] },
      {
        world: [
          {
            apiVersion: `${rbacGroup}/v1`,
            kind: 'ClusterRoleBinding',
            metadata: { name: 'b' },
            ...binding('ClusterRole', 'cluster-admin', 'Group:system:masters'),
          },
        ],
        edges: [`PermissionSet/cluster-admin::b -> ${admin}`, `Group/system:masters -> ${admin}`],
      },
    ],
    nearMisses: [
      { because: 'inside one namespace', world: can('who', ['* *@*']) },
      { because: 'of the core group only', world: canEverywhere('who', ['* *']) },
      { because: 'reads only', world: canEverywhere('who', ['get,list,watch *@*']) },
    ],
  },
  CLUSTER_CONTROL: {
    holds: [
      {
        world: [pod('a'), secret('s')],
        edges: [`${admin} -> Pod/prod/a`, `${admin} -> Secret/prod/s`, `${admin} -> Node/n1`],
        levers: ['kubernetes.delete-pod'],
      },
    ],
    nearMisses: [{ because: 'nobody names that group', world: [pod('a')], edge: `${admin} -> Group/system:masters` }],
  },
  IDENTITY_IMPERSONATE: {
    holds: [
      {
        world: [...can('who', ['impersonate serviceaccounts']), account('sa')],
        edges: [`${set} -> ServiceAccount/prod/sa`],
        levers: [],
      },
      {
        world: [...canEverywhere('who', ['impersonate users']), ...can('User:jane', ['get pods'], 'jane')],
        edges: [`${inCluster} -> User/jane`],
      },
      { world: canEverywhere('who', ['impersonate users,groups']), edges: [`${inCluster} -> ${admin}`] },
      {
        world: [
          ...canEverywhere('who', ['impersonate groups system:masters'], 'g'),
          ...can('who', ['impersonate serviceaccounts who'], 's'),
        ],
        edges: [`ServiceAccount/prod/who + PermissionSet/g::g + PermissionSet/prod/s::s -> ${admin}`],
        levers: [...strip, ...strip],
      },
    ],
    nearMisses: [
      {
        because: 'users are cluster-scoped',
        world: [...can('who', ['impersonate users,groups']), ...can('User:jane', ['get pods'], 'jane')],
      },
      { because: 'a group alone is refused', world: canEverywhere('who', ['impersonate groups']) },
      { because: 'an account is not a user', world: [...canEverywhere('who', ['impersonate users']), account('sa')] },
      {
        because: 'two identities cannot share a request',
        world: [
          ...canEverywhere('who', ['impersonate groups'], 'g'),
          ...canEverywhere('else', ['impersonate users someone'], 'u'),
        ],
        edge: `ServiceAccount/prod/who + PermissionSet/g::g + PermissionSet/u::u -> ${admin}`,
      },
    ],
  },
  ROLE_BIND: {
    holds: [
      {
        world: canEverywhere('who', [`create clusterrolebindings@${rbacGroup}`, `bind clusterroles@${rbacGroup}`]),
        edges: [`${inCluster} -> ${admin}`],
        levers: [],
      },
      {
        world: [...can('who', [`create rolebindings@${rbacGroup}`, `bind roles@${rbacGroup}`]), ...bound],
        edges: [`${set} -> PermissionSet/prod/other::other`],
      },
      {
        world: [...can('who', [`create rolebindings@${rbacGroup}`, `bind clusterroles@${rbacGroup}`]), account('sa')],
        edges: [`${set} -> PermissionSet/prod/cluster-admin::(new binding)`],
      },
      {
        world: [...can('who', [`patch rolebindings@${rbacGroup} other`, `bind roles@${rbacGroup} other`]), ...bound],
        edges: [`${set} -> PermissionSet/prod/other::other`],
      },
      {
        world: [
          ...canEverywhere('who', [`create clusterrolebindings@${rbacGroup}`], 'make'),
          ...canEverywhere('who', [`bind clusterroles@${rbacGroup}`], 'bind'),
        ],
        edges: [`ServiceAccount/prod/who + PermissionSet/bind::bind + PermissionSet/make::make -> ${admin}`],
        levers: [...strip, ...strip],
      },
      {
        // A set that is enough by itself takes nothing from the pair: without it the pair is still there.
        world: [
          ...canEverywhere('who', [`create clusterrolebindings@${rbacGroup}`], 'make'),
          ...canEverywhere('who', [`bind clusterroles@${rbacGroup}`], 'bind'),
          ...canEverywhere('who', [`create clusterrolebindings@${rbacGroup}`, `bind clusterroles@${rbacGroup}`], 'all'),
        ],
        edges: [
          `ServiceAccount/prod/who + PermissionSet/bind::bind + PermissionSet/make::make -> ${admin}`,
          `PermissionSet/all::all -> ${admin}`,
        ],
        levers: [...strip, ...strip],
      },
      {
        world: [
          account('sa'),
          ...canEverywhere('Group:system:serviceaccounts:prod', [`create clusterrolebindings@${rbacGroup}`], 'make'),
          ...canEverywhere('sa', [`bind clusterroles@${rbacGroup}`], 'bind'),
        ],
        edges: [`ServiceAccount/prod/sa + PermissionSet/bind::bind + PermissionSet/make::make -> ${admin}`],
        levers: [...strip, ...strip],
      },
    ],
    nearMisses: [
      { because: 'may create but not bind', world: [...can('who', [`create rolebindings@${rbacGroup}`]), ...bound] },
      { because: 'may bind but not create', world: [...can('who', [`bind roles@${rbacGroup}`]), ...bound] },
      {
        because: 'a ClusterRoleBinding cannot name a Role',
        world: [
          ...canEverywhere('who', [`create clusterrolebindings@${rbacGroup}`, `bind roles@${rbacGroup}`]),
          ...bound,
        ],
      },
      {
        because: 'cluster role bindings are cluster-scoped',
        world: can('who', [`create clusterrolebindings@${rbacGroup}`, `bind clusterroles@${rbacGroup}`]),
      },
      {
        because: 'two identities cannot share a request',
        world: [
          ...canEverywhere('who', [`create clusterrolebindings@${rbacGroup}`], 'make'),
          ...canEverywhere('else', [`bind clusterroles@${rbacGroup}`], 'bind'),
        ],
      },
    ],
  },
  ROLE_ESCALATE: {
    holds: [
      {
        world: canEverywhere('who', [`patch,escalate clusterroles@${rbacGroup}`]),
        edges: [`${inCluster} -> ${admin}`],
        levers: [],
      },
      {
        world: can('who', [`update,escalate roles@${rbacGroup} who`]),
        edges: [`${set} -> PermissionSet/prod/(any right)::(rewritten role)`],
      },
      {
        world: [...can('who', [`update,escalate roles@${rbacGroup} other`]), ...bound],
        edges: [`${set} + PermissionSet/prod/other::other -> PermissionSet/prod/(any right)::(rewritten role)`],
      },
      {
        world: [
          ...canEverywhere('who', [`patch clusterroles@${rbacGroup}`], 'p'),
          ...canEverywhere('who', [`escalate clusterroles@${rbacGroup}`], 'e'),
        ],
        edges: [`ServiceAccount/prod/who + PermissionSet/e::e + PermissionSet/p::p -> ${admin}`],
        levers: [...strip, ...strip],
      },
      {
        // The role that is rewritten is bound to others as well: taking the account out of that binding is not enough.
        world: [
          ...canEverywhere('who', [`patch clusterroles@${rbacGroup} third`], 'p'),
          ...canEverywhere('who', [`escalate clusterroles@${rbacGroup} third`], 'e'),
          ...canEverywhere('Group:system:serviceaccounts', ['get pods'], 'third'),
          account('who'),
        ],
        edges: [
          `ServiceAccount/prod/who + PermissionSet/e::e + PermissionSet/p::p + PermissionSet/third::third -> ${admin}`,
        ],
        levers: [...strip, ...strip],
      },
      {
        world: canEverywhere('who', [`create,escalate clusterroles@${rbacGroup}`]).map((written) => ({
          ...written,
          aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'who' } }] },
        })),
        edges: [`${inCluster} -> ${admin}`],
      },
    ],
    nearMisses: [
      {
        because: 'a new role is bound to nobody',
        world: canEverywhere('who', [`create,escalate clusterroles@${rbacGroup}`]),
      },
      {
        because: 'without escalate the server refuses',
        world: canEverywhere('who', [`patch,update clusterroles@${rbacGroup}`]),
      },
      {
        because: 'without patch nothing is written',
        world: canEverywhere('who', [`escalate clusterroles@${rbacGroup}`]),
      },
      { because: 'nobody holds the role', world: can('who', [`update,escalate roles@${rbacGroup} unbound`]) },
      { because: 'cluster roles are cluster-scoped', world: can('who', [`patch,escalate clusterroles@${rbacGroup}`]) },
    ],
  },
  CSR_APPROVE: {
    holds: [
      {
        world: [...canEverywhere('who', [...approve, ...ask]), ...can('User:jane', ['get pods'], 'jane')],
        edges: [`${inCluster} -> User/jane`, `${inCluster} -> ServiceAccount/prod/who`],
        levers: [],
      },
      {
        world: [...canEverywhere('who', approve), ...canEverywhere('asker', ask)],
        edges: [`${inCluster} + PermissionSet/asker::asker -> ServiceAccount/prod/asker`],
      },
      {
        world: [
          ...canEverywhere('who', [
            `update certificatesigningrequests/approval@${csr}`,
            `approve signers@${csr} kubernetes.io/*`,
            ...ask,
          ]),
          pod('a'),
        ],
        edges: [`${inCluster} -> User/system:node:n1`],
      },
      {
        world: [
          ...canEverywhere('who', [`update certificatesigningrequests/approval@${csr}`, ...ask], 'a'),
          ...canEverywhere('who', [`approve signers@${csr}`], 'b'),
          account('sa'),
        ],
        edges: ['ServiceAccount/prod/who + PermissionSet/a::a + PermissionSet/b::b -> ServiceAccount/prod/sa'],
        levers: [...strip, ...strip],
      },
      {
        // Who asks may be another: taking the account out of its own right to ask is not enough.
        world: [
          ...canEverywhere('who', [`update certificatesigningrequests/approval@${csr}`], 'a'),
          ...canEverywhere('who', [`approve signers@${csr}`], 'b'),
          ...canEverywhere('who', ask, 'c'),
          account('sa'),
        ],
        edges: [
          'ServiceAccount/prod/who + PermissionSet/a::a + PermissionSet/b::b + PermissionSet/c::c -> ServiceAccount/prod/sa',
        ],
        levers: [...strip, ...strip],
      },
    ],
    nearMisses: [
      { because: 'nobody can ask', world: canEverywhere('who', approve) },
      {
        because: 'without the signer the approval is refused',
        world: canEverywhere('who', [approve[0] ?? '', ...ask]),
      },
      {
        because: 'serving certificates authenticate nobody',
        world: canEverywhere('who', [approve[0] ?? '', `approve signers@${csr} kubernetes.io/kubelet-serving`, ...ask]),
      },
      {
        because: 'signing needs the authority’s key',
        world: canEverywhere('who', [`update certificatesigningrequests/status@${csr}`, `sign signers@${csr}`, ...ask]),
      },
      { because: 'requests are cluster-scoped', world: can('who', [...approve, ...ask]) },
    ],
  },
  ADMISSION_POLICY_TAKEOVER: {
    holds: [
      { world: canEverywhere('who', [policies, policyBindings]), edges: [`${inCluster} -> ${admin}`], levers: [] },
      {
        world: [...canEverywhere('who', [policies]), ...canEverywhere('binder', [policyBindings])],
        edges: [`${inCluster} + PermissionSet/binder::binder -> ${admin}`],
      },
    ],
    nearMisses: [
      { because: 'a policy that nothing binds does nothing', world: canEverywhere('who', [policies]) },
      { because: 'they are cluster-scoped', world: can('who', [policies, policyBindings]) },
      {
        because: 'a validating one rewrites nothing',
        world: canEverywhere(
          'who',
          [policies, policyBindings].map((rule) => rule.replace('mutating', 'validating')),
        ),
      },
    ],
  },
  WEBHOOK_BACKEND: {
    holds: [
      {
        world: [...hooked, hook('MutatingWebhookConfiguration', ['pods'])],
        edges: [`Container/prod/hook/hook -> ${admin}`],
        levers: ['kubernetes.delete-pod', 'kubernetes.remove-webhook'],
      },
      {
        world: [...hooked, secret('s'), hook('ValidatingWebhookConfiguration', ['secrets'])],
        edges: ['Container/prod/hook/hook -> Secret/prod/s'],
        levers: ['kubernetes.delete-pod', 'kubernetes.remove-webhook'],
      },
      {
        // Two configurations: neither removal is enough.
        world: [
          ...hooked,
          hook('MutatingWebhookConfiguration', ['pods']),
          hook('MutatingWebhookConfiguration', ['pods'], {}, 'second'),
        ],
        edges: [`Container/prod/hook/hook -> ${admin}`],
        levers: ['kubernetes.delete-pod'],
      },
    ],
    nearMisses: [
      {
        because: 'a validating one rewrites nothing',
        world: [...hooked, hook('ValidatingWebhookConfiguration', ['pods'])],
      },
      {
        because: 'it is asked about something else',
        world: [...hooked, hook('MutatingWebhookConfiguration', ['events'])],
      },
      {
        because: 'it is asked when they go',
        world: [...hooked, hook('MutatingWebhookConfiguration', ['pods'], { operations: ['DELETE'] })],
      },
      {
        because: 'another port answers',
        world: [...hooked, hook('MutatingWebhookConfiguration', ['pods'], {}, 'hook', { port: 9443 })],
      },
      {
        because: 'another service does',
        world: [...hooked, hook('MutatingWebhookConfiguration', ['pods'], {}, 'hook', { name: 'other' })],
      },
    ],
  },
  WEBHOOK_TAKEOVER: {
    holds: [
      {
        world: canEverywhere('who', ['create mutatingwebhookconfigurations@admissionregistration.k8s.io']),
        edges: [`${inCluster} -> ${admin}`],
        levers: [],
      },
      {
        world: [
          ...canEverywhere('who', ['patch mutatingwebhookconfigurations@admissionregistration.k8s.io hook']),
          webhook('MutatingWebhookConfiguration'),
        ],
        edges: [`${inCluster} -> ${admin}`],
      },
      {
        world: [
          ...canEverywhere('who', ['create validatingwebhookconfigurations@admissionregistration.k8s.io']),
          secret('s'),
        ],
        edges: [`${inCluster} -> Secret/prod/s`],
      },
    ],
    nearMisses: [
      {
        because: 'there is none to patch',
        world: canEverywhere('who', ['patch mutatingwebhookconfigurations@admissionregistration.k8s.io']),
      },
      {
        because: 'they are cluster-scoped',
        world: can('who', ['create mutatingwebhookconfigurations@admissionregistration.k8s.io']),
      },
    ],
  },
  AWS_AUTH_PATCH: {
    holds: [
      {
        world: [
          ...canEverywhere('who', ['patch configmaps aws-auth']),
          object('v1', 'ConfigMap', 'aws-auth', {}, { namespace: 'kube-system' }),
        ],
        edges: [`${inCluster} -> ${admin}`],
        levers: [],
      },
    ],
    nearMisses: [
      { because: 'the cluster is not on EKS', world: canEverywhere('who', ['patch configmaps']) },
      {
        because: 'maps of another namespace',
        world: [
          ...can('who', ['patch configmaps']),
          object('v1', 'ConfigMap', 'aws-auth', {}, { namespace: 'kube-system' }),
        ],
      },
    ],
  },
};
