/**
 * Things that run as a role: whoever makes one do its bidding acts as the role. By kind of fact; where a kind was not read
 * for an account, nobody knows whether there is one, and rules presume it.
 */
import {
  accountOfArn,
  awsId,
  type Estate,
  type Fact,
  type FactId,
  type FactKind,
  type NodeId,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { isUnread } from './read.ts';

export interface Resource {
  readonly arn: string;
  /** The role as a node; absent when the thing runs as none. */
  readonly role: NodeId | undefined;
  readonly facts: readonly FactId[];
}

export interface Population {
  /** Kind of the facts, also where no connector reads it yet. */
  readonly kind: string;
  /** `a function` */
  readonly noun: string;
  /** Shape of the ARNs: stars stand for partition, region, account and names. */
  readonly shape: string;
  /** Services as which a role of such a thing is assumed. */
  readonly services: readonly string[];
  /** Whether the role comes by an instance profile. */
  readonly byProfile?: boolean;
  /** No connector reads the kind. */
  readonly unreadable?: boolean;
  readonly found: (estate: Estate) => readonly Resource[];
}

function population<K extends FactKind>(
  kind: K,
  given: Omit<Population, 'kind' | 'found'>,
  arnOf: (data: Fact<K>['data']) => string,
  roleOf: (data: Fact<K>['data']) => string | undefined,
): Population {
  const found = perEstate((estate: Estate) => {
    const profiles = rolesByProfile(estate);
    return estate.all(kind).map((fact): Resource => {
      const arn = arnOf(fact.data);
      const written = roleOf(fact.data);
      if (written === undefined || written === '') return { arn, role: undefined, facts: [fact.id] };
      const role = given.byProfile === true ? profiles.get(written) : roleNamed(written, arn);
      return { arn, role, facts: [fact.id] };
    });
  });
  return { kind, ...given, found };
}

/** Some services write a role by its name alone. */
function roleNamed(written: string, arn: string): NodeId {
  if (written.startsWith('arn:')) return awsId(written);
  return awsId(`arn:${arn.split(':')[1] ?? 'aws'}:iam::${accountOfArn(arn) ?? ''}:role/${written}`);
}

const rolesByProfile: (estate: Estate) => ReadonlyMap<string, NodeId> = perEstate(
  (estate) =>
    new Map(
      estate.all('aws.role').flatMap(({ id, data }) => data.InstanceProfileList.map(({ Arn }) => [Arn, id] as const)),
    ),
);

/** A kind that no connector reads. */
function unreadKind(kind: string, given: Omit<Population, 'kind' | 'found'>): Population {
  return { kind, ...given, unreadable: true, found: () => [] };
}

export const functions = population(
  'aws.function',
  { noun: 'a function', shape: 'arn:*:lambda:*:*:function:*', services: ['lambda.amazonaws.com'] },
  (data) => data.FunctionArn,
  (data) => data.Role,
);
export const instances = population(
  'aws.instance',
  { noun: 'an instance', shape: 'arn:*:ec2:*:*:instance/*', services: ['ec2.amazonaws.com'], byProfile: true },
  (data) => data.Arn,
  (data) => (data.State === 'terminated' ? undefined : data.IamInstanceProfile),
);
export const projects = population(
  'aws.codebuild-project',
  { noun: 'a build project', shape: 'arn:*:codebuild:*:*:project/*', services: ['codebuild.amazonaws.com'] },
  (data) => data.arn,
  (data) => data.serviceRole,
);
export const stacks = population(
  'aws.stack',
  { noun: 'a stack', shape: 'arn:*:cloudformation:*:*:stack/*/*', services: ['cloudformation.amazonaws.com'] },
  (data) => data.StackId,
  (data) => data.RoleARN,
);
export const glueJobs = population(
  'aws.glue-job',
  { noun: 'a Glue job', shape: 'arn:*:glue:*:*:job/*', services: ['glue.amazonaws.com'] },
  (data) => data.Arn,
  (data) => data.Role,
);
export const devEndpoints = population(
  'aws.glue-dev-endpoint',
  { noun: 'a development endpoint', shape: 'arn:*:glue:*:*:devEndpoint/*', services: ['glue.amazonaws.com'] },
  (data) => data.Arn,
  (data) => data.RoleArn,
);
export const notebooks = population(
  'aws.notebook-instance',
  {
    noun: 'a notebook instance',
    shape: 'arn:*:sagemaker:*:*:notebook-instance/*',
    services: ['sagemaker.amazonaws.com'],
  },
  (data) => data.NotebookInstanceArn,
  (data) => data.RoleArn,
);
export const codeInterpreters = population(
  'aws.code-interpreter',
  {
    noun: 'a code interpreter',
    shape: 'arn:*:bedrock-agentcore:*:*:code-interpreter-custom/*',
    services: ['bedrock-agentcore.amazonaws.com'],
  },
  (data) => data.codeInterpreterArn,
  (data) => data.executionRoleArn,
);
export const clusters = population(
  'aws.ecs-cluster',
  { noun: 'a cluster', shape: 'arn:*:ecs:*:*:cluster/*', services: [] },
  (data) => data.clusterArn,
  () => undefined,
);
export const appRunnerServices = unreadKind('aws.apprunner-service', {
  noun: 'an App Runner service',
  shape: 'arn:*:apprunner:*:*:service/*/*',
  services: ['tasks.apprunner.amazonaws.com'],
});
export const launchTemplates = unreadKind('aws.launch-template', {
  noun: 'a launch template',
  shape: 'arn:*:ec2:*:*:launch-template/*',
  services: ['ec2.amazonaws.com'],
  byProfile: true,
});
export const stackSets = unreadKind('aws.stack-set', {
  noun: 'a stack set',
  shape: 'arn:*:cloudformation:*:*:stackset/*:*',
  services: ['cloudformation.amazonaws.com'],
});

/** What is known of a kind in one account: the things, or that nobody looked. */
export function known(estate: Estate, population: Population, account: string): readonly Resource[] | 'unread' {
  const memory = remembered(estate);
  const key = `${population.kind} ${account}`;
  let answer = memory.get(key);
  if (answer === undefined) {
    const here = population.found(estate).filter(({ arn }) => accountOfArn(arn) === account);
    const unread = here.length === 0 && (population.unreadable === true || isUnread(estate, population.kind));
    answer = unread ? 'unread' : here;
    memory.set(key, answer);
  }
  return answer;
}
const remembered = perEstate(() => new Map<string, readonly Resource[] | 'unread'>());
