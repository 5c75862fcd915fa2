/** What ARNs in logs name. */
import { awsId, type NodeId } from '@firebreak/contract';

/** The identity behind an ARN of a log: a session's is that of its role. Undefined for what names nobody. */
export function principalOfArn(arn: string): NodeId | undefined {
  const session = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\//.exec(arn);
  if (session !== null) return awsId(`arn:${session[1]}:iam::${session[2]}:role/${session[3]}`);
  return /^arn:[\w-]+:iam::\d{12}:(user|role)\//.test(arn) ? awsId(arn) : undefined;
}

/** The bucket of an ARN of it or of an object in it. */
export function bucketOfArn(arn: string): string | undefined {
  return /^arn:[\w-]+:s3:::[^/]+/.exec(arn)?.[0];
}
