/** Inside pods: containers, volumes, tokens, secrets, and the network between. */
import {
  account,
  binding,
  type CaseTable,
  can,
  object,
  pod,
  podWithHostPath,
  rbacGroup,
  secret,
  tokenSecret,
  workload,
} from './world.case.ts';

const stop = ['kubernetes.delete-pod'];
const sa = { serviceAccountName: 'sa' };
const annotated = object(
  'v1',
  'ServiceAccount',
  'sa',
  {},
  {
    annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/models' },
  },
);
const claimed = (name: string) =>
  pod(
    name,
    { volumeMounts: [{ name: 'data', mountPath: '/d' }] },
    { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'weights' } }] },
  );
const listening = (spec: object = {}, meta: object = {}) =>
  pod('web', { ports: [{ name: 'http', containerPort: 80 }] }, spec, { labels: { app: 'web' }, ...meta });
const policy = (spec: object) => object('networking.k8s.io/v1', 'NetworkPolicy', 'deny', { spec });
const web = { podSelector: { matchLabels: { app: 'web' } } };
const ray = pod(
  'head',
  { image: 'rayproject/ray:2', ports: [{ name: 'dashboard', containerPort: 8265 }] },
  {},
  { labels: { ray: 'head' } },
);

export const podCases: CaseTable = {
  CONTAINER_ATTACH: {
    holds: [{ world: [pod('a')], edges: ['Pod/prod/a -> Container/prod/a/a'], levers: stop }],
    nearMisses: [{ because: 'the pod has ended', world: [{ ...pod('a'), status: { phase: 'Failed' } }] }],
  },
  POD_ATTACH: {
    holds: [{ world: [pod('a')], edges: ['Node/n1 -> Pod/prod/a'], levers: stop }],
    nearMisses: [
      { because: 'it runs elsewhere', world: [pod('a', {}, { nodeName: 'n2' })], edge: 'Node/n1 -> Pod/prod/a' },
    ],
  },
  SHARE_PS_NAMESPACE: {
    holds: [
      {
        world: [
          pod(
            'a',
            {},
            {
              shareProcessNamespace: true,
              containers: [
                { name: 'a', image: 'x' },
                { name: 'b', image: 'x' },
              ],
            },
          ),
        ],
        edges: ['Container/prod/a/a -> Container/prod/a/b', 'Container/prod/a/b -> Container/prod/a/a'],
        levers: stop,
      },
    ],
    nearMisses: [
      {
        because: 'each has its own',
        world: [
          pod(
            'a',
            {},
            {
              containers: [
                { name: 'a', image: 'x' },
                { name: 'b', image: 'x' },
              ],
            },
          ),
        ],
      },
      { because: 'it is alone', world: [pod('a', {}, { shareProcessNamespace: true })] },
    ],
  },
  VOLUME_DISCOVER: {
    holds: [
      { world: [podWithHostPath('a', '/data')], edges: ['Container/prod/a/a -> Volume/prod/a/host'], levers: stop },
    ],
    nearMisses: [
      { because: 'it is not mounted', world: [pod('a', {}, { volumes: [{ name: 'h', hostPath: { path: '/' } }] })] },
    ],
  },
  VOLUME_ACCESS: {
    holds: [{ world: [podWithHostPath('a', '/data')], edges: ['Node/n1 -> Volume/prod/a/host'], levers: stop }],
    nearMisses: [
      {
        because: 'an empty directory holds nothing',
        world: [pod('a', {}, { volumes: [{ name: 'tmp', emptyDir: {} }] })],
      },
    ],
  },
  TOKEN_STEAL: {
    holds: [
      { world: [pod('a', {}, sa)], edges: ['Volume/prod/a/kube-api-access -> ServiceAccount/prod/sa'], levers: stop },
      {
        world: [
          pod(
            'a',
            {},
            { ...sa, volumes: [{ name: 't', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }] },
          ),
        ],
        edges: ['Volume/prod/a/t -> ServiceAccount/prod/sa'],
      },
    ],
    nearMisses: [
      {
        because: 'the pod switches automounting off',
        world: [pod('a', {}, { ...sa, automountServiceAccountToken: false })],
      },
      {
        because: 'the account switches it off',
        world: [pod('a', {}, sa), account('sa', { automountServiceAccountToken: false })],
      },
      {
        because: 'a static pod gets no token',
        world: [pod('a', {}, sa, { annotations: { 'kubernetes.io/config.mirror': 'x' } })],
      },
      {
        because: 'the token is for somebody else',
        world: [
          pod(
            'a',
            {},
            {
              ...sa,
              automountServiceAccountToken: false,
              volumes: [
                { name: 't', projected: { sources: [{ serviceAccountToken: { path: 't', audience: 'vault' } }] } },
              ],
            },
          ),
        ],
      },
    ],
  },
  IDENTITY_ASSUME: {
    holds: [
      { world: [pod('a', {}, sa)], edges: ['Container/prod/a/a -> ServiceAccount/prod/sa'], levers: stop },
      {
        world: [
          pod('a', {}, { ...sa, automountServiceAccountToken: true }),
          account('sa', { automountServiceAccountToken: false }),
        ],
        edges: ['Container/prod/a/a -> ServiceAccount/prod/sa'],
      },
      { world: [pod('a')], edges: ['Node/n1 -> User/system:node:n1', 'Node/n1 -> Group/system:nodes'] },
    ],
    nearMisses: [
      {
        because: 'nothing knows the default account',
        world: [pod('a')],
        edge: 'Container/prod/a/a -> ServiceAccount/prod/default',
      },
      {
        because: 'something else is mounted in its place',
        world: [
          pod(
            'a',
            { volumeMounts: [{ name: 'x', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] },
            { ...sa, volumes: [{ name: 'x', emptyDir: {} }] },
          ),
        ],
        edge: 'Container/prod/a/a -> ServiceAccount/prod/sa',
      },
    ],
  },
  SECRET_MOUNT: {
    holds: [
      {
        world: [pod('a', { envFrom: [{ secretRef: { name: 's' } }] }), secret('s')],
        edges: ['Container/prod/a/a -> Secret/prod/s'],
        levers: stop,
      },
      {
        world: [
          pod(
            'a',
            { volumeMounts: [{ name: 'v', mountPath: '/s' }] },
            { volumes: [{ name: 'v', secret: { secretName: 's' } }] },
          ),
          secret('s'),
        ],
        edges: ['Container/prod/a/a -> Secret/prod/s'],
      },
    ],
    nearMisses: [
      {
        because: 'another container mounts it',
        world: [
          pod(
            'a',
            {},
            {
              volumes: [{ name: 'v', secret: { secretName: 's' } }],
              containers: [
                { name: 'a', image: 'x' },
                { name: 'b', image: 'x', volumeMounts: [{ name: 'v', mountPath: '/s' }] },
              ],
            },
          ),
          secret('s'),
        ],
        edge: 'Container/prod/a/a -> Secret/prod/s',
      },
      {
        because: 'the credential for images stays with the kubelet',
        world: [pod('a', {}, { imagePullSecrets: [{ name: 's' }] }), secret('s')],
      },
    ],
  },
  CLAIM_ACCESS: {
    holds: [
      {
        world: [claimed('a'), object('v1', 'PersistentVolumeClaim', 'weights', { spec: {} })],
        edges: ['Volume/prod/a/data -> PersistentVolumeClaim/prod/weights'],
        levers: stop,
      },
    ],
    nearMisses: [
      {
        because: 'the claim is of another namespace',
        world: [claimed('a'), object('v1', 'PersistentVolumeClaim', 'weights', { spec: {} }, { namespace: 'dev' })],
      },
    ],
  },
  SERVICE_ACCOUNT_SECRET: {
    holds: [
      {
        world: [account('sa'), tokenSecret('sa-token', 'sa')],
        edges: ['Secret/prod/sa-token -> ServiceAccount/prod/sa'],
        levers: ['kubernetes.invalidate-tokens'],
      },
    ],
    nearMisses: [
      { because: 'the account is gone', world: [tokenSecret('sa-token', 'sa')] },
      { because: 'an ordinary secret', world: [account('sa'), secret('s', 'Opaque', ['token'])] },
    ],
  },
  CREDENTIAL_OPEN: {
    holds: [
      {
        world: [secret('s', 'kubernetes.io/dockerconfigjson', ['.dockerconfigjson'])],
        edges: ['Secret/prod/s -> Credential/prod/s/registry'],
      },
      {
        world: [secret('s', 'Opaque', ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'HF_TOKEN'])],
        edges: ['Secret/prod/s -> Credential/prod/s/aws', 'Secret/prod/s -> Credential/prod/s/huggingface'],
      },
    ],
    nearMisses: [{ because: 'its keys say nothing', world: [secret('s', 'Opaque', ['tls.crt', 'awesome'])] }],
  },
  CLOUD_IDENTITY: {
    holds: [
      {
        world: [annotated, pod('a', {}, { ...sa, automountServiceAccountToken: false })],
        edges: ['Container/prod/a/a -> Credential/prod/sa/aws-role'],
        levers: stop,
      },
    ],
    nearMisses: [
      { because: 'the pod has another account', world: [annotated, pod('a')] },
      { because: 'the account stands for nothing', world: [account('sa'), pod('a', {}, sa)] },
    ],
  },
  MODEL_READ: {
    holds: [
      {
        world: [
          object('serving.kserve.io/v1beta1', 'InferenceService', 'llm', { spec: { predictor: {} } }),
          pod('llm-0', {}, {}, { labels: { 'serving.kserve.io/inferenceservice': 'llm' } }),
        ],
        edges: ['Container/prod/llm-0/llm-0 -> Model/prod/llm'],
        levers: stop,
      },
    ],
    nearMisses: [
      {
        because: 'the pod serves another model',
        world: [
          object('serving.kserve.io/v1beta1', 'InferenceService', 'llm', { spec: { predictor: {} } }),
          pod('x', {}, {}, { labels: { 'serving.kserve.io/inferenceservice': 'other' } }),
        ],
      },
      {
        because: 'a training job has no served model',
        world: [
          object('ray.io/v1', 'RayJob', 'train'),
          pod('x', {}, {}, { labels: { 'ray.io/originated-from-cr-name': 'train' } }),
        ],
      },
    ],
  },
  NODE_AUTHORIZER: {
    holds: [
      {
        world: [pod('a', { envFrom: [{ secretRef: { name: 's' } }] }, sa), secret('s')],
        edges: ['User/system:node:n1 -> Secret/prod/s', 'User/system:node:n1 -> ServiceAccount/prod/sa'],
      },
    ],
    nearMisses: [
      { because: 'no pod of the node uses it', world: [pod('a'), secret('s')] },
      { because: 'a would-be pod is on no node yet', world: [workload('Deployment', 'a', {}, sa)] },
    ],
  },
  ENDPOINT_EXPLOIT: {
    holds: [
      {
        world: [listening()],
        edges: ['Endpoint/prod/web/port/web/80-TCP -> Container/prod/web/web'],
        levers: ['kubernetes.isolate-network', 'kubernetes.isolate-network', 'kubernetes.delete-pod'],
      },
      {
        world: [
          listening(),
          object('v1', 'Service', 'front', {
            spec: { selector: { app: 'web' }, ports: [{ port: 8080, targetPort: 'http' }] },
          }),
        ],
        edges: ['Endpoint/prod/front/service/8080-TCP -> Container/prod/web/web'],
      },
      {
        world: [listening(), policy({ ...web, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 'http' }] }] })],
        edges: ['Endpoint/prod/web/port/web/80-TCP -> Container/prod/web/web'],
        levers: ['kubernetes.delete-pod'],
      },
      {
        world: [listening({ hostNetwork: true }), policy(web)],
        edges: [
          'Endpoint/prod/web/port/web/80-TCP -> Container/prod/web/web',
          'Endpoint/prod/web/host-port/web/80-TCP -> Container/prod/web/web',
        ],
        levers: ['kubernetes.delete-pod'],
      },
    ],
    nearMisses: [
      { because: 'a policy lets nobody in', world: [listening(), policy(web)] },
      {
        because: 'the policy allows another port',
        world: [listening(), policy({ ...web, ingress: [{ ports: [{ port: 443 }] }] })],
      },
      { because: 'it listens on nothing', world: [pod('web')] },
    ],
  },
  ENDPOINT_REACH: {
    holds: [
      {
        world: [ray, pod('a', {}, {}, { labels: { app: 'a' } })],
        edges: ['Container/prod/a/a -> Container/prod/head/head'],
        levers: [
          'kubernetes.isolate-network',
          'kubernetes.isolate-network',
          'kubernetes.isolate-network',
          'kubernetes.isolate-network',
          'kubernetes.delete-pod',
          'kubernetes.delete-pod',
        ],
      },
    ],
    nearMisses: [
      { because: 'an ordinary web server', world: [listening(), pod('a')] },
      {
        because: 'a policy keeps it in',
        world: [ray, pod('a', {}, {}, { labels: { app: 'web' } }), policy({ ...web, policyTypes: ['Egress'] })],
      },
      {
        because: 'the policy of the other side lets only its own namespace in',
        world: [
          ray,
          pod('a', {}, {}, { namespace: 'dev' }),
          policy({ podSelector: { matchLabels: { ray: 'head' } }, ingress: [{ from: [{ podSelector: {} }] }] }),
        ],
      },
    ],
  },
  PERMISSION_DISCOVER: {
    holds: [
      {
        world: can('sa', ['get pods']),
        edges: ['ServiceAccount/prod/sa -> PermissionSet/prod/sa::sa'],
        levers: ['kubernetes.strip-subject'],
      },
      {
        world: can('Group:auditors', ['get pods'], 'audit'),
        edges: ['Group/auditors -> PermissionSet/prod/audit::audit'],
        levers: ['kubernetes.strip-subject'],
      },
      {
        world: can('User:system:serviceaccount:prod:sa', ['get pods'], 'x'),
        edges: ['ServiceAccount/prod/sa -> PermissionSet/prod/x::x'],
        levers: ['kubernetes.strip-subject'],
      },
      {
        world: can('Group:system:masters', ['get pods'], 'x'),
        edges: ['Group/system:masters -> PermissionSet/prod/x::x'],
        levers: [],
      },
      {
        world: [
          object(`${rbacGroup}/v1`, 'RoleBinding', 'boot', binding('ClusterRole', 'view', 'sa'), {
            annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
          }),
        ],
        edges: ['ServiceAccount/prod/sa -> PermissionSet/prod/view::boot'],
        levers: [],
      },
    ],
    nearMisses: [
      {
        because: 'another account',
        world: can('sa', ['get pods']),
        edge: 'ServiceAccount/prod/other -> PermissionSet/prod/sa::sa',
      },
    ],
  },
  GROUP_MEMBERSHIP: {
    holds: [
      {
        world: [account('sa'), ...can('Group:system:serviceaccounts:prod', ['get pods'], 'x')],
        edges: ['ServiceAccount/prod/sa -> Group/system:serviceaccounts:prod'],
        levers: [],
      },
      { world: [pod('a')], edges: ['User/system:node:n1 -> Group/system:nodes'] },
    ],
    nearMisses: [
      {
        because: 'of another namespace',
        world: [account('sa', {}, 'dev'), ...can('Group:system:serviceaccounts:prod', ['get pods'], 'x')],
      },
      { because: 'nothing is granted to its groups', world: [account('sa')] },
    ],
  },
};
