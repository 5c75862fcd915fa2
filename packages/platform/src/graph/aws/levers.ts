/**
 * Which lever severs which edge of an AWS account: only what by itself makes the edge disappear from a fresh collect. The tests pull
 * each on a server that speaks AWS and derive afresh.
 */
import { type Estate, type Lever, type LiveEdge, lever, type NodeId } from '@firebreak/contract';

/** Makes an access key worthless; of a password there is no lever that can be undone. */
export function deactivateKey(key: NodeId, user: NodeId, estate: Estate): readonly Lever[] {
  const fact = estate.get('aws.user', user);
  const accessKeyId = key.replace(/^aws:AccessKey\//, '');
  const known = fact?.data.AccessKeys.some((each) => each.AccessKeyId === accessKeyId) === true;
  if (fact === undefined || !known) return [];
  const { Arn } = fact.data;
  return [lever('aws.deactivate-access-key', { account: Arn.split(':', 5)[4], arn: Arn, accessKeyId })];
}

/** For rules from a credential to its user. */
export function credentialLevers({ from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  return deactivateKey(from, to, estate);
}
