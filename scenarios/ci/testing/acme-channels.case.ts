/** What comes to the company of acme.case.ts where build and run are looked at together: other CI systems, and identities that do both. */
import { account, awsAnswers, deployment, manifests, trusting } from './acme.case.ts';

/** Elsewhere: a project of GitLab, and a repository of one's own host that Jenkins and Tekton build. */
export const gitlabCheckout = {
  '.git/config': '[remote "origin"]\n\turl = git@gitlab.com:acme/scorer.git\n',
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.gitlab-ci.yml': `build:
  image: docker:27
  script:
    - docker push $CI_REGISTRY_IMAGE:latest
    - curl -H "token: $DEPLOY_TOKEN" https://deploy.example
`,
};
export const jenkinsCheckout = {
  '.git/config': '[remote "origin"]\n\turl = https://git.example/acme/legacy.git\n',
  '.git/HEAD': 'ref: refs/heads/main\n',
  Jenkinsfile: `pipeline {
  agent { label 'big' }
  stages { stage('Push') { steps { sh 'docker push registry.example/legacy:1' } } }
}
`,
  '.tekton/push.yaml': `apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: push}
spec:
  tasks:
    - name: image
      taskSpec:
        steps: [{image: kaniko:1, args: ["--destination=registry.example/embedder:1"]}]
`,
};

/** One role that GitHub's jobs push images with, and that the pods of those images run with as well. */
const cluster = 'oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF';
const registry = `${account}.dkr.ecr.eu-west-1.amazonaws.com`;
const mixedRole = {
  Arn: `arn:aws:iam::${account}:role/serving`,
  RoleName: 'serving',
  AssumeRolePolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      trusting('x', 'repo:Acme/models:ref:refs/heads/main', 'x').AssumeRolePolicyDocument.Statement[0],
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${cluster}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${cluster}:sub`]: 'system:serviceaccount:ranker:ranker' } },
      },
    ],
  },
  RolePolicyList: [
    {
      PolicyName: 'images',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
          {
            Effect: 'Allow',
            Action: [
              'ecr:PutImage',
              'ecr:InitiateLayerUpload',
              'ecr:UploadLayerPart',
              'ecr:CompleteLayerUpload',
              'ecr:BatchCheckLayerAvailability',
            ],
            Resource: `arn:aws:ecr:eu-west-1:${account}:repository/ranker`,
          },
        ],
      },
    },
  ],
  AttachedManagedPolicies: [],
  InstanceProfileList: [],
  Tags: [],
};
export const mixedAws = {
  ...awsAnswers,
  'iam/get-account-authorization-details.json': {
    ...awsAnswers['iam/get-account-authorization-details.json'],
    RoleDetailList: [...awsAnswers['iam/get-account-authorization-details.json'].RoleDetailList, mixedRole],
  },
  'ecr/describe-repositories.json': {
    repositories: [
      {
        repositoryArn: `arn:aws:ecr:eu-west-1:${account}:repository/ranker`,
        registryId: account,
        repositoryName: 'ranker',
        repositoryUri: `${registry}/ranker`,
        imageTagMutability: 'MUTABLE',
      },
    ],
  },
};

const mayPatch = (
  name: string,
  namespace: string,
  group: string,
  resources: string,
) => `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: ${name}, namespace: ${namespace}}
rules: [{apiGroups: [${group}], resources: [${resources}], verbs: [get, patch, update]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: ${name}, namespace: ${namespace}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${name}}
subjects: [{kind: ServiceAccount, name: bot, namespace: tools}]
`;
/** A bot that may both change what Argo CD delivers and the workloads themselves. */
export const mixedManifests = {
  ...manifests,
  'more.yaml': [
    deployment('scorer', 'registry.gitlab.com/acme/scorer:latest'),
    deployment('legacy', 'registry.example/legacy:1'),
    deployment('embedder', 'registry.example/embedder:1'),
    deployment('ranker', `${registry}/ranker:latest`),
    `apiVersion: v1
kind: ServiceAccount
metadata: {name: ranker, namespace: ranker, annotations: {eks.amazonaws.com/role-arn: "${mixedRole.Arn}"}}
`,
    `apiVersion: v1
kind: ServiceAccount
metadata: {name: bot, namespace: tools}
`,
    mayPatch('channels', 'argocd', 'argoproj.io', 'applications'),
    mayPatch('workloads', 'live', 'apps', 'deployments'),
  ].join('---\n'),
};
