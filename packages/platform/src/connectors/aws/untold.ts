/** What answers of identities leave open: a rule may only be exact about what was read. */
import { awsResourceFactSchemas, awsWellKnownPolicies, type Gap } from '@firebreak/contract';
import { array, type Foreign, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import type { AwsFactKind, Draft } from './drafts.ts';

export interface WhatWasRead {
  /** Access keys and passwords. */
  readonly credentials: boolean;
  /** Instance profiles of every role. */
  readonly profiles: boolean;
}

export function* untold(told: readonly Draft[], read: WhatWasRead): Generator<Gap> {
  if (!told.some(({ kind }) => kind === 'aws.user' || kind === 'aws.role')) return;
  const said = (kind: AwsFactKind) => told.some((draft) => draft.kind === kind);
  const unread = (kinds: readonly string[], reason: string) => gap('FB-AWS-UNREAD', kinds, 'the whole source', reason);
  yield unread(neverRead, 'App Runner services, launch templates and stack sets are not read from anywhere.');
  yield unread(
    Object.keys(awsResourceFactSchemas),
    'Authorization details tell identities and policies, not resources and their policies.',
  );
  if (!read.credentials)
    yield unread(['aws.access-key', 'aws.login-profile'], 'Access keys and passwords are in the credential report.');
  if (!read.profiles) yield unread(['aws.instance-profile'], 'Instance profiles of roles were not told.');
  if (!said('aws.organization-policy'))
    yield unread(['aws.organization-policy'], 'Policies of the organization, if there is one, were not read.');
  if (!said('aws.oidc-provider'))
    yield unread(['aws.oidc-provider'], 'OIDC providers are known only as far as trust policies name them.');
  if (!said('aws.last-accessed')) yield unread(['aws.last-accessed'], 'Access advisor was not read.');
  if (!said('aws.trail-use')) yield unread(['aws.trail-use'], 'CloudTrail was not read.');
  const documents = new Set(told.flatMap(({ kind, arn }) => (kind === 'aws.managed-policy' ? [arn] : [])));
  const missing = new Set(told.flatMap(({ data }) => attachedTo(data)).filter((arn) => !documents.has(arn)));
  for (const arn of missing) if (Object.hasOwn(awsWellKnownPolicies, arn)) missing.delete(arn);
  if (missing.size > 0)
    yield unread(
      ['aws.managed-policy'],
      `${missing.size} attached policies have no document here, and count as granting nothing: ${[...missing].slice(0, 5).join(', ')}.`,
    );
}

/** Kinds of which rules ask and that nobody reads yet. */
const neverRead = ['aws.apprunner-service', 'aws.launch-template', 'aws.stack-set'];

function attachedTo(data: Foreign): readonly string[] {
  const attached = array(data.AttachedManagedPolicies).map((entry) => textAt(entry, 'PolicyArn'));
  return [...attached, textAt(data, 'PermissionsBoundary', 'PermissionsBoundaryArn')].filter(
    (arn) => arn !== undefined,
  );
}
