import { textAt } from '../../../../intake/foreign.ts';
import { type Desk, nameOf } from '../exchange/desk.ts';

export const bucketArn = /^arn:[^:]+:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The name, and whose bucket it must be: S3 then refuses whatever is meant for somebody else's. */
export function bucket({ arn, account }: { readonly arn: string; readonly account: string }) {
  return { Bucket: nameOf(arn), ExpectedBucketOwner: account };
}

/** Null without a policy; undefined without a bucket. */
export async function bucketPolicy(
  desk: Desk,
  of: { readonly arn: string; readonly account: string },
): Promise<string | null | undefined> {
  const found = await desk.get('s3api', 'HeadBucket', bucket(of));
  if (found === null) return undefined;
  return textAt(await desk.get('s3api', 'GetBucketPolicy', bucket(of)), 'Policy') ?? null;
}
