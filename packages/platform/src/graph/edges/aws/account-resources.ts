import {
  accountAdminId,
  accountOfArn,
  type DerivedEdge,
  type EdgeRule,
  type Estate,
  type GroupMember,
} from '@firebreak/contract';
import { bucketsToRead, bucketsToWrite, parameterThings, repositoriesToPush, secretThings } from '../../aws/things.ts';
import { workloadNeeds, workloadsOf } from '../../aws/workloads.ts';
import { append } from '../../kubernetes/pods.ts';

/** Whoever holds the account makes itself an identity that may, and writes the policy of the resource as well. */
export default {
  label: 'ACCOUNT_RESOURCES',
  from: ['Privilege'],
  to: ['Secret', 'Parameter', 'KmsKey', 'Bucket', 'BucketWrite', 'Repository', 'Function', 'Instance'],
  needs: [...workloadNeeds, 'aws.secret', 'aws.parameter', 'aws.kms-key', 'aws.bucket', 'aws.ecr-repository'],
  techniques: ['T1098.003', 'T1078.004'],
  traverse: 'minutes',
  explain: {
    what: 'Takes any resource of the account.',
    why: 'Whoever may give itself any permission, and write the policies of resources, is refused nothing.',
    cut: 'Take the account from it: see how it is held.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const byAccount = new Map<string, GroupMember[]>();
  const add = (account: string | undefined, node: string, fact: string) => {
    if (account !== undefined) append(byAccount, account, { node, facts: [fact] });
  };
  for (const things of [secretThings, parameterThings, bucketsToRead, bucketsToWrite, repositoriesToPush])
    for (const { account, end, fact } of things(estate)) add(account, end, fact);
  for (const { id, data } of estate.all('aws.kms-key'))
    if (data.KeyManager !== 'AWS') add(accountOfArn(data.Arn), id, id);
  for (const { id } of workloadsOf(estate)) add(accountOfArn(id.slice(id.indexOf('/') + 1)), id, id);
  for (const [account, members] of byAccount) {
    const [first] = members;
    if (first === undefined) continue;
    const to = { key: `aws-resources:${account}`, label: `any resource of account ${account}`, members: () => members };
    yield { from: accountAdminId(account), to, facts: first.facts };
  }
}
