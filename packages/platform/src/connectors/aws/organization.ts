/** Policies and places of an organization, in the forms that people have them. */
import { array, type Foreign, printable, record, text, textAt } from '../../intake/foreign.ts';
import { policyDocument } from './policy-text.ts';

/**
 * A policy as `organizations describe-policy` prints it (`PolicySummary` and `Content`), as a list entry with `Content` and
 * `Targets` added, or a bare document. One that names no targets binds the accounts that stand in the same answer, and where
 * there is none, `Targets` stays open.
 */
export function organizationPolicies(policy: Foreign, accounts: readonly string[]): readonly Foreign[] {
  const summary = { ...record(policy.PolicySummary), ...policy };
  const type = textAt(summary, 'Type') ?? 'SERVICE_CONTROL_POLICY';
  const bare = summary.Statement === undefined ? undefined : policy;
  const content = policyDocument(summary.Content ?? summary.Document ?? summary.PolicyDocument ?? bare);
  const name = textAt(summary, 'Name') ?? textAt(summary, 'PolicyName');
  const targets = array(summary.Targets)
    .map((target) => text(target) ?? textAt(target, 'TargetId'))
    .filter((target) => target !== undefined)
    .map((target) => target.replace(/^arn:.*\//, ''));
  const id = textAt(summary, 'Id') ?? `p-${(name ?? 'unnamed').replace(/[^A-Za-z0-9-]/g, '-').slice(0, 100)}`;
  return [
    {
      Arn:
        textAt(summary, 'Arn') ??
        `arn:aws:organizations::aws:policy/${type.toLowerCase()}/${printable(id, 128)}-${accounts.join('-')}`,
      Id: id,
      ...(name === undefined ? {} : { Name: name }),
      Type: type,
      Content: content ?? (id === 'p-FullAWSAccess' || id === 'p-RCPFullAWSAccess' ? allowAll : undefined),
      ...(summary.Targets === undefined && accounts.length === 0
        ? {}
        : { Targets: summary.Targets === undefined ? accounts : targets }),
    },
  ];
}

/** What AWS's own FullAWSAccess and RCPFullAWSAccess say. */
const allowAll = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
};

/**
 * Where an account stands: `OrganizationPath` as a list from the root, or `Paths` as Organizations writes them,
 * `o-abc/r-1/ou-1-x/123456789012/`.
 */
export function organizationPathOf(account: Foreign): {
  readonly organization: string | undefined;
  readonly path: readonly string[] | undefined;
} {
  const listed = array(account.OrganizationPath).filter((step) => typeof step === 'string');
  if (listed.length > 0) return { organization: undefined, path: listed };
  const written = text(array(account.Paths)[0]) ?? text(account.Path);
  if (written === undefined || !written.startsWith('o-')) return { organization: undefined, path: undefined };
  const [organization, ...path] = written.split('/').filter((step) => step !== '');
  return { organization, path };
}
