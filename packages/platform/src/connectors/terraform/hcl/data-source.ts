/** Data sources that can be answered without asking AWS: policy documents, and what only repeats a name. */
import { computed } from '../computed.ts';
import type { Place } from '../resource.ts';
import { policyDocumentJson } from './policy-document.ts';
import { entry, Unknown, type Value, type ValueMap } from './value.ts';

/** Data sources that name a thing, and the resource whose ARN and id they repeat. */
const named: Readonly<Record<string, string>> = {
  aws_iam_role: 'aws_iam_role',
  aws_iam_user: 'aws_iam_user',
  aws_iam_group: 'aws_iam_group',
  aws_s3_bucket: 'aws_s3_bucket',
  aws_ecr_repository: 'aws_ecr_repository',
  aws_lambda_function: 'aws_lambda_function',
  aws_ssm_parameter: 'aws_ssm_parameter',
  aws_secretsmanager_secret: 'aws_secretsmanager_secret',
  aws_ecs_cluster: 'aws_ecs_cluster',
};

export function dataSource(type: string, address: string, values: ValueMap, place: Place): ValueMap {
  const unknown = (what: string) => new Unknown(`${address}.${what}`);
  const or = (value: string | undefined, what: string): Value => value ?? unknown(what);
  switch (type) {
    case 'aws_iam_policy_document': {
      const json = policyDocumentJson(values);
      return { ...values, json, minified_json: json };
    }
    case 'aws_caller_identity':
      return {
        account_id: or(place.account, 'account_id'),
        id: or(place.account, 'id'),
        arn: unknown('arn'),
        user_id: unknown('user_id'),
      };
    case 'aws_region':
      return { name: or(place.region, 'name'), id: or(place.region, 'id'), region: or(place.region, 'region') };
    case 'aws_partition':
      return { partition: place.partition, id: place.partition, dns_suffix: 'amazonaws.com' };
    case 'aws_iam_policy': {
      // AWS's own policies are known by name alone; a customer's has a path that the name does not tell.
      const arn = entry(values, 'arn');
      return typeof arn === 'string' ? { ...values, id: arn } : values;
    }
  }
  const like = Object.hasOwn(named, type) ? named[type] : undefined;
  if (like === undefined) return values;
  const told: Record<string, Value> = { ...values };
  // Data sources call the name by their own word in places.
  if (type === 'aws_ecs_cluster') told.name = entry(values, 'cluster_name') ?? unknown('cluster_name');
  for (const attribute of ['arn', 'id', 'repository_url']) {
    const made = computed(like, address, told, place, attribute);
    if (made !== undefined && told[attribute] === undefined) told[attribute] = made;
  }
  return told;
}
