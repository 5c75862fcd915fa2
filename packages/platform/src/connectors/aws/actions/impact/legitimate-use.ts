/**
 * Who legitimately uses an identity or a resource, from the facts of one estate: what runs as a role, who is in a group, what
 * agents, instances and pods stand on it, and when it was last used as far as AWS tells. Impacts are asked for every lever that
 * the planner weighs, so the indexes are built once for an estate.
 */
import {
  accountOfArn,
  awsId,
  type Estate,
  type Impact,
  type Interruption,
  type NodeId,
  type NodeRef,
} from '@firebreak/contract';
import { nameOf } from '../exchange/desk.ts';
import { fixedCost, type Priced, type Reach, weights } from './price.ts';

export interface User {
  readonly ref: NodeRef;
  readonly weight: number;
  readonly reach: Reach;
}

interface Uses {
  /** What runs as a role, by the role's node. */
  readonly runsAs: ReadonlyMap<NodeId, readonly User[]>;
  readonly thing: ReadonlyMap<NodeId, User>;
}
const known = new WeakMap<Estate, Uses>();

export function usesOf(estate: Estate): Uses {
  let made = known.get(estate);
  if (made === undefined) {
    made = index(estate);
    known.set(estate, made);
  }
  return made;
}

/** Who is hit when an identity (user, role, group) loses what `what` says. Somebody always is: at least the identity itself. */
export function interruptIdentity(estate: Estate, arn: string, what: string): readonly Interruption[] {
  const id = awsId(arn);
  const running = usesOf(estate).runsAs.get(id) ?? [];
  const last = lastUse(estate, id);
  const own = { who: { kind: kindOf(id), id, name: nameOf(arn) }, what: `${what}${last.text}`, weight: last.weight };
  const members = estate
    .all('aws.user')
    .filter(({ data }) => id.startsWith('aws:Group/') && accountOfArn(data.Arn) === accountOfArn(arn))
    .filter(({ data }) => data.GroupList.includes(nameOf(arn)))
    .map(({ id: user, data }) => ({ who: { kind: 'User', id: user, name: data.UserName }, what, weight: 1 }));
  return [
    own,
    ...members,
    ...running.map((user) => ({ who: user.ref, what: `Runs as it. ${what}`, weight: user.weight })),
  ];
}

/** What runs as it and is noticed from outside. */
export function servesSomebody(estate: Estate, arn: string): boolean {
  return (usesOf(estate).runsAs.get(awsId(arn)) ?? []).some(({ reach }) => reach !== 'batch' && reach !== 'internal');
}

export function interruptThing(
  estate: Estate,
  id: NodeId,
  what: string,
  fallback: Reach = 'internal',
): readonly Interruption[] {
  const user = usesOf(estate).thing.get(id);
  const ref = user?.ref ?? { kind: kindOf(id), id, name: nameOf(id) };
  return [{ who: ref, what, weight: user?.weight ?? weights[fallback] }];
}

export function impactOf(lever: Priced, interrupts: readonly Interruption[]): Impact {
  return { cost: interrupts.reduce<number>((sum, { weight }) => sum + weight, fixedCost[lever]), interrupts };
}

export function kindOf(id: NodeId): string {
  return /^aws:([^/]+)\//.exec(id)?.[1] ?? 'Resource';
}

/** What AWS tells of the use of an identity. What was never used stops nobody; where nothing is told it may be used. */
function lastUse(estate: Estate, id: NodeId): { readonly text: string; readonly weight: number } {
  const role = estate.get('aws.role', id);
  const when = role?.data.RoleLastUsed?.LastUsedDate;
  if (when !== undefined) return { text: ` Last used ${when}.`, weight: 1 };
  const user = estate.get('aws.user', id);
  const used = [user?.data.PasswordLastUsed, ...(user?.data.AccessKeys ?? []).map(({ LastUsedDate }) => LastUsedDate)]
    .filter((date) => date !== undefined)
    .sort()
    .at(-1);
  if (used !== undefined) return { text: ` Last used ${used}.`, weight: 1 };
  const never =
    role?.data.RoleLastUsed !== undefined ||
    (user !== undefined &&
      user.data.LoginProfile === false &&
      user.data.AccessKeys.every(({ LastUsedService }) => LastUsedService === 'N/A'));
  return never ? { text: ' AWS has no record of any use.', weight: 0 } : { text: '', weight: 1 };
}

function index(estate: Estate): Uses {
  const runsAs = new Map<NodeId, User[]>();
  const thing = new Map<NodeId, User>();
  const add = (id: NodeId, name: string, reach: Reach, role: string | undefined) => {
    const user: User = { ref: { kind: kindOf(id), id, name }, reach, weight: weights[reach] };
    thing.set(id, user);
    if (role === undefined || role === '') return;
    const account = accountOfArn(id.slice(id.indexOf('/') + 1)) ?? '';
    const arn = role.startsWith('arn:') ? role : `arn:aws:iam::${account}:role/${role}`;
    const others = runsAs.get(awsId(arn));
    if (others === undefined) runsAs.set(awsId(arn), [user]);
    else others.push(user);
  };
  const profiles = new Map<string, string>();
  for (const { data } of estate.all('aws.role'))
    for (const { Arn } of data.InstanceProfileList) profiles.set(Arn, data.Arn);
  for (const { id, data } of estate.all('aws.function'))
    add(id, data.FunctionName, data.UrlAuthType === 'NONE' ? 'outside' : 'service', data.Role);
  for (const { id, data } of estate.all('aws.instance')) {
    const reach = data.PublicIpAddress === undefined ? 'internal' : 'outside';
    add(id, data.InstanceId, reach, profiles.get(data.IamInstanceProfile ?? ''));
  }
  for (const { id, data } of estate.all('aws.ecs-task-definition'))
    add(id, data.family ?? nameOf(data.taskDefinitionArn), 'service', data.taskRoleArn);
  for (const { id, data } of estate.all('aws.codebuild-project')) add(id, data.name, 'batch', data.serviceRole);
  for (const { id, data } of estate.all('aws.glue-job')) add(id, data.Name, 'batch', data.Role);
  for (const { id, data } of estate.all('aws.training-job')) add(id, data.TrainingJobName, 'batch', data.RoleArn);
  for (const { id, data } of estate.all('aws.notebook-instance'))
    add(id, data.NotebookInstanceName, 'internal', data.RoleArn);
  for (const { id, data } of estate.all('aws.sagemaker-model')) add(id, data.ModelName, 'model', data.ExecutionRoleArn);
  for (const { id, data } of estate.all('aws.sagemaker-endpoint')) add(id, data.EndpointName, 'model', undefined);
  for (const { id, data } of estate.all('aws.bedrock-agent'))
    add(id, data.agentName ?? data.agentId, 'model', data.agentResourceRoleArn);
  for (const { id, data } of estate.all('aws.agent-runtime'))
    add(id, data.agentRuntimeName ?? nameOf(data.agentRuntimeArn), 'model', data.roleArn);
  for (const { id, data } of estate.all('aws.agent-gateway'))
    add(id, data.name ?? nameOf(data.gatewayArn), 'service', data.roleArn);
  for (const { id, data } of estate.all('kubernetes.service-account')) {
    const arn = data.metadata.annotations['eks.amazonaws.com/role-arn'];
    if (arn === undefined || !arn.startsWith('arn:')) continue;
    const user: User = { ref: { kind: 'ServiceAccount', id, name: data.metadata.name }, reach: 'service', weight: 3 };
    const others = runsAs.get(awsId(arn));
    if (others === undefined) runsAs.set(awsId(arn), [user]);
    else others.push(user);
  }
  return { runsAs, thing };
}
