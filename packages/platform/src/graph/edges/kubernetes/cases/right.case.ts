/** Rights over pods, workloads, secrets, tokens, models and delivery. */
import type { ApiObject } from '../../../../connectors/kubernetes/api.ts';
import {
  account,
  binding,
  type CaseTable,
  can,
  canEverywhere,
  namespace,
  node,
  object,
  pod,
  secret,
  tokenSecret,
  workload,
} from './world.case.ts';

const stop = ['kubernetes.delete-pod'];
const deny = 'kubernetes.deny-admission';
const freeze = 'kubernetes.freeze-namespace';
const set = 'PermissionSet/prod/who::who';
const inCluster = 'PermissionSet/who::who';
const kserve = 'serving.kserve.io';
const annotated = object(
  'v1',
  'ServiceAccount',
  'sa',
  {},
  { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/models' } },
);
const web = pod('web', { ports: [{ containerPort: 80 }] }, {}, { labels: { app: 'web' } });
const answering = 'Container/prod/web/web';
const lockedDown = object('networking.k8s.io/v1', 'NetworkPolicy', 'deny', { spec: { podSelector: {} } });
const front = object('v1', 'Service', 'front', {
  spec: { selector: { app: 'web' }, ports: [{ port: 443, targetPort: 80 }] },
});
const definition = (name: string) =>
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', name, {}, { namespace: undefined });
const served = object(`${kserve}/v1beta1`, 'InferenceService', 'llm', { spec: { predictor: {} } });
const shut = namespace('prod', 'baseline');
const application = (automated: boolean) =>
  object('argoproj.io/v1alpha1', 'Application', 'app', {
    spec: {
      source: { repoURL: 'https://git.example/models.git' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'prod' },
      ...(automated ? { syncPolicy: { automated: {} } } : {}),
    },
    status: { resources: [{ group: 'apps', kind: 'Deployment', namespace: 'prod', name: 'web' }] },
  });
const volume = (path: string, claimed?: string): ApiObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv' },
  spec: { hostPath: { path }, ...(claimed === undefined ? {} : { claimRef: { namespace: 'prod', name: claimed } }) },
});
const claim = (name: string) => object('v1', 'PersistentVolumeClaim', name, { spec: { volumeName: 'pv' } });
const repository = { kind: 'GitRepository', name: 'feed' };
const fluxGroups: Readonly<Record<string, string>> = {
  GitRepository: 'source.toolkit.fluxcd.io',
  Kustomization: 'kustomize.toolkit.fluxcd.io',
};
const flux = (kind: string, spec: object) => ({
  apiVersion: `${fluxGroups[kind]}/v1`,
  kind,
  metadata: { name: 'feed', namespace: 'prod' },
  spec,
});
const fluxed = (kind: string) => `${kind}.${fluxGroups[kind]}/prod/feed`;
const application2 = 'Application.argoproj.io/prod/app';

export const rightCases: CaseTable = {
  POD_EXEC: {
    holds: [
      {
        world: [...can('who', ['create pods/exec']), pod('a')],
        edges: [`${set} -> Pod/prod/a`],
        levers: [...stop, deny],
      },
      { world: [...can('who', ['create pods/exec a']), pod('a')], edges: [`${set} -> Pod/prod/a`] },
      { world: [...can('who', ['get */exec']), pod('a')], edges: [`${set} -> Pod/prod/a`] },
      {
        world: [...canEverywhere('who', ['* *']), pod('a', {}, {}, { namespace: 'dev' })],
        edges: [`${inCluster} -> Pod/dev/a`],
      },
    ],
    nearMisses: [
      { because: 'pods are not pods/exec', world: [...can('who', ['create,get pods']), pod('a')] },
      { because: 'pods/* is no wildcard', world: [...can('who', ['create pods/*']), pod('a')] },
      { because: 'another pod', world: [...can('who', ['create pods/exec other']), pod('a')] },
      {
        because: 'another namespace',
        world: [...can('who', ['create pods/exec']), pod('a', {}, {}, { namespace: 'dev' })],
      },
      { because: 'another group', world: [...can('who', ['create pods/exec@apps']), pod('a')] },
    ],
  },
  POD_PORT_FORWARD: {
    holds: [
      { world: [...can('who', ['create pods/portforward']), web], edges: [`${set} -> ${answering}`], levers: stop },
      { world: [...can('who', ['create pods/portforward web']), web], edges: [`${set} -> ${answering}`] },
      { world: [...can('who', ['create pods/portforward']), web, lockedDown], edges: [`${set} -> ${answering}`] },
    ],
    nearMisses: [
      { because: 'nothing listens', world: [...can('who', ['create pods/portforward']), pod('a')] },
      { because: 'another pod', world: [...can('who', ['create pods/portforward other']), web] },
      { because: 'another subresource', world: [...can('who', ['get pods/log']), web] },
    ],
  },
  API_PROXY: {
    holds: [
      { world: [...can('who', ['get pods/proxy']), web], edges: [`${set} -> ${answering}`], levers: stop },
      { world: [...can('who', ['create services/proxy']), web, front], edges: [`${set} -> ${answering}`] },
      { world: [...can('who', ['get services/proxy https:front:443']), web, front], edges: [`${set} -> ${answering}`] },
    ],
    nearMisses: [
      { because: 'no service stands before it', world: [...can('who', ['create services/proxy']), web] },
      { because: 'another service', world: [...can('who', ['create services/proxy back']), web, front] },
      { because: 'a pod is not named like its service', world: [...can('who', ['get pods/proxy front']), web, front] },
    ],
  },
  POD_STDIN: {
    holds: [
      {
        world: [...can('who', ['create pods/attach']), pod('a', { stdin: true })],
        edges: [`${set} -> Container/prod/a/a`],
        levers: stop,
      },
    ],
    nearMisses: [
      { because: 'nobody listens to what is typed', world: [...can('who', ['create pods/attach']), pod('a')] },
      { because: 'exec is another right', world: [...can('who', ['create pods/exec']), pod('a', { stdin: true })] },
    ],
  },
  CLOUD_TOKEN_REQUEST: {
    holds: [
      {
        world: [...can('who', ['create serviceaccounts/token']), annotated],
        edges: [`${set} -> Credential/prod/sa/aws-role`],
        levers: [],
      },
      {
        world: [...can('who', ['create serviceaccounts/token sa']), annotated],
        edges: [`${set} -> Credential/prod/sa/aws-role`],
      },
    ],
    nearMisses: [
      { because: 'it stands for nothing', world: [...can('who', ['create serviceaccounts/token']), account('sa')] },
      { because: 'another account', world: [...can('who', ['create serviceaccounts/token other']), annotated] },
      {
        because: 'reading accounts is not asking for tokens',
        world: [...can('who', ['get serviceaccounts']), annotated],
      },
    ],
  },
  POD_PATCH: {
    holds: [
      { world: [...can('who', ['patch pods']), pod('a')], edges: [`${set} -> Pod/prod/a`], levers: [...stop, deny] },
    ],
    nearMisses: [
      {
        because: 'a static pod follows its file',
        world: [
          ...can('who', ['patch pods']),
          pod('a', {}, {}, { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
        ],
      },
      { because: 'the status is not the image', world: [...can('who', ['patch pods/status']), pod('a')] },
    ],
  },
  POD_EPHEMERAL_CONTAINER: {
    holds: [
      {
        world: [...can('who', ['patch pods/ephemeralcontainers']), pod('a')],
        edges: [`${set} -> Pod/prod/a`],
        levers: [...stop, deny],
      },
      {
        world: [...can('who', ['patch pods/ephemeralcontainers a']), pod('a')],
        edges: [`${set} -> Node/n1`],
        levers: [deny],
      },
    ],
    nearMisses: [
      { because: 'pods do not include the subresource', world: [...can('who', ['patch pods']), pod('a')] },
      {
        because: 'admission refuses a privileged one',
        world: [...can('who', ['patch pods/ephemeralcontainers']), pod('a'), shut],
        edge: `${set} -> Node/n1`,
      },
    ],
  },
  POD_CREATE: {
    holds: [
      {
        world: [...can('who', ['create pods']), account('sa'), secret('s')],
        edges: [`${set} -> ServiceAccount/prod/sa`, `${set} -> Secret/prod/s`],
        levers: [deny, freeze],
      },
      { world: [...can('who', ['create pods']), annotated], edges: [`${set} -> Credential/prod/sa/aws-role`] },
    ],
    nearMisses: [
      { because: 'a create cannot be limited to a name', world: [...can('who', ['create pods a']), account('sa')] },
      {
        because: 'another namespace',
        world: [...can('who', ['create pods']), account('sa', {}, 'dev')],
        edge: `${set} -> ServiceAccount/dev/sa`,
      },
    ],
  },
  POD_PLACEMENT: {
    holds: [
      { world: [...can('who', ['create pods']), node('n1')], edges: [`${set} -> Node/n1`], levers: [freeze] },
      {
        world: [...can('who', ['create cronjobs@batch']), node('n1'), namespace('prod', 'privileged')],
        edges: [`${set} -> Node/n1`],
      },
      {
        world: [...canEverywhere('who', ['create pods']), node('n1'), shut, namespace('dev')],
        edges: [`${inCluster} -> Node/n1`],
      },
    ],
    nearMisses: [
      {
        because: 'admission refuses it',
        world: [...can('who', ['create pods']), node('n1'), shut],
        edge: `${set} -> Node/n1`,
      },
      {
        because: 'an unreadable level counts as restricted',
        world: [...can('who', ['create pods']), node('n1'), namespace('prod', 'basline')],
        edge: `${set} -> Node/n1`,
      },
      {
        because: 'every namespace refuses it',
        world: [...canEverywhere('who', ['create pods']), node('n1'), shut],
        edge: `${inCluster} -> Node/n1`,
      },
    ],
  },
  NAMESPACE_PATCH: {
    holds: [
      {
        world: [...can('who', ['create pods', 'patch namespaces prod']), node('n1'), shut],
        edges: [`${set} -> Node/n1`],
        levers: [],
      },
      {
        world: [...can('who', ['create pods']), ...canEverywhere('labeller', ['update namespaces']), node('n1'), shut],
        edges: [`PermissionSet/labeller::labeller + ${set} -> Node/n1`],
      },
      {
        world: [
          ...canEverywhere('who', ['create pods']),
          ...canEverywhere('maker', ['create namespaces']),
          node('n1'),
          shut,
        ],
        edges: [`PermissionSet/maker::maker + ${inCluster} -> Node/n1`],
      },
    ],
    nearMisses: [
      {
        because: 'nobody can make a pod there',
        world: [...canEverywhere('who', ['patch namespaces']), node('n1'), shut],
      },
      {
        because: 'another namespace',
        world: [...can('who', ['create pods', 'patch namespaces dev']), node('n1'), shut],
      },
      {
        because: 'a right in one namespace does not count in a new one',
        world: [...can('who', ['create pods']), ...canEverywhere('maker', ['create namespaces']), node('n1'), shut],
      },
      {
        because: 'nothing to lift',
        world: [...can('who', ['create pods', 'patch namespaces']), node('n1'), namespace('prod')],
      },
    ],
  },
  NAMESPACE_CONTROL: {
    holds: [
      {
        world: [namespace('prod'), account('sa'), workload('Deployment', 'web')],
        edges: ['Namespace/prod -> ServiceAccount/prod/sa', 'Namespace/prod -> Deployment/prod/web'],
      },
    ],
    nearMisses: [
      {
        because: 'of another namespace',
        world: [namespace('prod'), account('sa', {}, 'dev')],
        edge: 'Namespace/prod -> ServiceAccount/dev/sa',
      },
    ],
  },
  WORKLOAD_CREATE: {
    holds: [
      {
        world: [...can('who', ['create deployments@apps']), account('sa')],
        edges: [`${set} -> ServiceAccount/prod/sa`],
        levers: [deny, freeze],
      },
      {
        world: [...can('who', ['create rayjobs@ray.io']), definition('rayjobs.ray.io'), account('sa')],
        edges: [`${set} -> ServiceAccount/prod/sa`],
      },
      {
        world: [...can('who', [`create inferenceservices@${kserve}`]), served, account('sa')],
        edges: [`${set} -> ServiceAccount/prod/sa`],
      },
    ],
    nearMisses: [
      { because: 'the cluster knows no Ray', world: [...can('who', ['create rayjobs@ray.io']), account('sa')] },
      {
        because: 'a template waits for somebody to run it',
        world: [
          ...can('who', ['create workflowtemplates@argoproj.io']),
          definition('workflowtemplates.argoproj.io'),
          account('sa'),
        ],
      },
      { because: 'deployments of no group are none', world: [...can('who', ['create deployments']), account('sa')] },
      { because: 'scaling is not creating', world: [...can('who', ['update deployments/scale@apps']), account('sa')] },
    ],
  },
  WORKLOAD_PATCH: {
    holds: [
      {
        world: [...can('who', ['patch deployments@apps']), workload('Deployment', 'web')],
        edges: [`${set} -> Deployment/prod/web`],
        levers: [deny],
      },
      {
        world: [...can('who', ['update cronjobs@batch nightly']), workload('CronJob', 'nightly')],
        edges: [`${set} -> CronJob/prod/nightly`],
      },
    ],
    nearMisses: [
      {
        because: 'the template of a Job cannot change',
        world: [...can('who', ['patch jobs@batch']), workload('Job', 'once')],
      },
      {
        because: 'another name',
        world: [...can('who', ['patch deployments@apps other']), workload('Deployment', 'web')],
      },
      {
        because: 'the scale is not the template',
        world: [...can('who', ['patch deployments/scale@apps']), workload('Deployment', 'web')],
      },
    ],
  },
  WORKLOAD_CONTROL: {
    holds: [
      {
        world: [workload('Deployment', 'web')],
        edges: ['Deployment/prod/web -> Pod/prod/web'],
        levers: ['kubernetes.scale-to-zero', freeze],
      },
      {
        world: [workload('Deployment', 'web'), account('sa')],
        edges: ['Deployment/prod/web -> ServiceAccount/prod/sa'],
      },
      { world: [served, secret('s')], edges: [`InferenceService.${kserve}/prod/llm -> Secret/prod/s`] },
    ],
    nearMisses: [
      {
        because: 'a secret of another namespace',
        world: [workload('Deployment', 'web'), object('v1', 'Secret', 's', {}, { namespace: 'dev' })],
        edge: 'Deployment/prod/web -> Secret/dev/s',
      },
    ],
  },
  PV_HOST_PATH: {
    holds: [
      {
        world: [
          ...canEverywhere('vol', ['create persistentvolumes']),
          ...can('who', ['create pods,persistentvolumeclaims']),
          node('n1'),
          shut,
        ],
        edges: [`PermissionSet/vol::vol + ${set} -> Node/n1`],
        levers: [],
      },
      {
        world: [...can('who', ['create pods,persistentvolumeclaims']), volume('/'), node('n1'), shut],
        edges: [`${set} -> Node/n1`],
      },
      {
        world: [...can('who', ['create pods']), volume('/etc', 'disk'), claim('disk'), node('n1'), shut],
        edges: [`${set} -> Node/n1`],
      },
    ],
    nearMisses: [
      {
        because: 'volumes are cluster-scoped',
        world: [...can('who', ['create persistentvolumes,pods,persistentvolumeclaims']), node('n1'), shut],
      },
      {
        because: 'the volume is somebody else’s',
        world: [...can('who', ['create pods,persistentvolumeclaims']), volume('/', 'disk'), node('n1'), shut],
      },
      {
        because: 'the volume holds data only',
        world: [...can('who', ['create pods']), volume('/srv/data', 'disk'), claim('disk'), node('n1'), shut],
      },
      {
        because: 'nobody can claim it',
        world: [
          ...canEverywhere('vol', ['create persistentvolumes']),
          ...can('who', ['create pods']),
          node('n1'),
          shut,
        ],
      },
      {
        because: 'a privileged pod is the shorter way',
        world: [
          ...canEverywhere('vol', ['create persistentvolumes']),
          ...can('who', ['create pods,persistentvolumeclaims']),
          node('n1'),
          namespace('prod'),
        ],
      },
    ],
  },
  NODE_PROXY: {
    holds: [
      {
        world: [...canEverywhere('who', ['get nodes/proxy']), pod('a')],
        edges: [`${inCluster} -> Pod/prod/a`],
        levers: stop,
      },
      { world: [...canEverywhere('who', ['create nodes/proxy n1']), pod('a')], edges: [`${inCluster} -> Pod/prod/a`] },
    ],
    nearMisses: [
      { because: 'nodes are cluster-scoped', world: [...can('who', ['get nodes/proxy']), pod('a')] },
      { because: 'another node', world: [...canEverywhere('who', ['get nodes/proxy n2']), pod('a')] },
      { because: 'metrics run nothing', world: [...canEverywhere('who', ['get nodes/metrics']), pod('a')] },
    ],
  },
  SECRET_READ: {
    holds: [
      { world: [...can('who', ['list secrets']), secret('s')], edges: [`${set} -> Secret/prod/s`], levers: [] },
      { world: [...can('who', ['get secrets s']), secret('s'), secret('t')], edges: [`${set} -> Secret/prod/s`] },
      { world: [...can('who', ['patch secrets s']), secret('s')], edges: [`${set} -> Secret/prod/s`] },
      { world: [...can('who', ['deletecollection secrets']), secret('s')], edges: [`${set} -> Secret/prod/s`] },
      { world: [...can('who', ['delete secrets s']), secret('s')], edges: [`${set} -> Secret/prod/s`] },
      {
        world: [
          object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'who', binding('ClusterRole', 'view', 'who')),
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'ClusterRole',
            metadata: { name: 'more', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
            rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }],
          },
          secret('s'),
        ],
        edges: ['PermissionSet/prod/view::who -> Secret/prod/s'],
      },
    ],
    nearMisses: [
      {
        because: 'what was written says nothing of what was there',
        world: [...can('who', ['create,update secrets']), secret('s')],
      },
      { because: 'a collection has no name', world: [...can('who', ['deletecollection secrets s']), secret('s')] },
      { because: 'another name', world: [...can('who', ['get secrets t']), secret('s')] },
    ],
  },
  SECRET_CREATE: {
    holds: [
      {
        world: [...can('who', ['create,get secrets']), account('sa')],
        edges: [`${set} -> ServiceAccount/prod/sa`],
        levers: [],
      },
      {
        world: [...can('who', ['create secrets']), ...can('reader', ['get secrets chosen']), account('sa')],
        edges: [`${set} + PermissionSet/prod/reader::reader -> ServiceAccount/prod/sa`],
      },
      {
        world: [
          ...can('who', ['create secrets']),
          ...can('reader', ['get,delete secrets s']),
          secret('s'),
          account('sa'),
        ],
        edges: [`${set} + PermissionSet/prod/reader::reader -> ServiceAccount/prod/sa`],
      },
    ],
    nearMisses: [
      { because: 'nobody can read the token', world: [...can('who', ['create secrets']), account('sa')] },
      { because: 'nobody can order it', world: [...can('who', ['get,list secrets']), account('sa')] },
      {
        because: 'the only name that can be read is taken',
        world: [...can('who', ['create secrets']), ...can('reader', ['get secrets s']), secret('s'), account('sa')],
      },
    ],
  },
  TOKEN_REQUEST: {
    holds: [
      {
        world: [...can('who', ['create serviceaccounts/token']), account('sa')],
        edges: [`${set} -> ServiceAccount/prod/sa`],
        levers: [deny],
      },
      {
        world: [...can('who', ['create serviceaccounts/token sa']), account('sa')],
        edges: [`${set} -> ServiceAccount/prod/sa`],
      },
    ],
    nearMisses: [
      { because: 'an account is not its token', world: [...can('who', ['create serviceaccounts']), account('sa')] },
      {
        because: 'another account',
        world: [...can('who', ['create serviceaccounts/token other']), account('sa')],
        edge: `${set} -> ServiceAccount/prod/sa`,
      },
    ],
  },
  TOKEN_LIST: {
    holds: [
      {
        world: [...can('who', ['list secrets']), account('sa'), tokenSecret('sa-token', 'sa')],
        edges: [`${set} -> ServiceAccount/prod/sa`],
        levers: ['kubernetes.invalidate-tokens'],
      },
      {
        world: [...can('who', ['list secrets sa-token']), account('sa'), tokenSecret('sa-token', 'sa')],
        edges: [`${set} -> ServiceAccount/prod/sa`],
      },
    ],
    nearMisses: [
      { because: 'no token lies in a secret', world: [...can('who', ['list secrets']), account('sa'), secret('s')] },
      {
        because: 'get needs the name',
        world: [...can('who', ['get secrets']), account('sa'), tokenSecret('sa-token', 'sa')],
      },
    ],
  },
  TOKEN_BRUTEFORCE: {
    holds: [
      {
        world: [...can('who', ['get secrets']), account('sa'), tokenSecret('sa-token', 'sa')],
        edges: [`${set} -> ServiceAccount/prod/sa`],
        levers: ['kubernetes.invalidate-tokens'],
      },
    ],
    nearMisses: [
      {
        because: 'whoever may list need not guess',
        world: [...can('who', ['get,list secrets']), account('sa'), tokenSecret('sa-token', 'sa')],
      },
      {
        because: 'only one name is allowed',
        world: [...can('who', ['get secrets config']), account('sa'), tokenSecret('sa-token', 'sa')],
      },
    ],
  },
  MODEL_PATCH: {
    holds: [
      {
        world: [...can('who', [`patch inferenceservices@${kserve}`]), served],
        edges: [`${set} -> InferenceService.${kserve}/prod/llm`],
        levers: [],
      },
    ],
    nearMisses: [
      { because: 'reading is not writing', world: [...can('who', [`get inferenceservices@${kserve}`]), served] },
      { because: 'another group', world: [...can('who', ['patch inferenceservices@example.com']), served] },
    ],
  },
  DELIVERS: {
    holds: [
      {
        world: [application(true), workload('Deployment', 'web'), namespace('prod')],
        edges: [`${application2} -> Deployment/prod/web`, `${application2} -> Namespace/prod`],
        levers: ['kubernetes.suspend-delivery'],
      },
    ],
    nearMisses: [
      { because: 'it waits for somebody to sync', world: [application(false), workload('Deployment', 'web')] },
    ],
  },
  SOURCE_DELIVERS: {
    holds: [
      {
        world: [
          flux('GitRepository', { url: 'https://git.example/a/b' }),
          flux('Kustomization', { sourceRef: repository }),
        ],
        edges: [`${fluxed('GitRepository')} -> ${fluxed('Kustomization')}`],
        levers: ['kubernetes.suspend-delivery', 'kubernetes.suspend-delivery'],
      },
    ],
    nearMisses: [
      {
        because: 'the source is suspended',
        world: [
          flux('GitRepository', { url: 'https://git.example/a/b', suspend: true }),
          flux('Kustomization', { sourceRef: repository }),
        ],
      },
      {
        because: 'the Kustomization is suspended',
        world: [
          flux('GitRepository', { url: 'https://git.example/a/b' }),
          flux('Kustomization', { sourceRef: repository, suspend: true }),
        ],
      },
      {
        because: 'it takes from another namespace',
        world: [
          flux('GitRepository', { url: 'https://git.example/a/b' }),
          flux('Kustomization', { sourceRef: { ...repository, namespace: 'elsewhere' } }),
        ],
      },
    ],
  },
  DELIVERY_PATCH: {
    holds: [
      {
        world: [...can('who', ['patch applications@argoproj.io']), application(false), workload('Deployment', 'web')],
        edges: [`${set} -> ${application2}`, `${set} -> Deployment/prod/web`],
        levers: [],
      },
      {
        world: [...can('who', ['create applications@argoproj.io']), account('argocd-application-controller')],
        edges: [`${set} -> ServiceAccount/prod/argocd-application-controller`],
      },
    ],
    nearMisses: [
      {
        because: 'another application',
        world: [...can('who', ['patch applications@argoproj.io other']), application(true)],
      },
      {
        because: 'reading is not writing',
        world: [...can('who', ['get,list applications@argoproj.io']), application(true)],
      },
    ],
  },
};
