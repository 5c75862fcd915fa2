/**
 * AWS as facts: IAM and Organizations, in the shapes and spelling of `iam get-account-authorization-details` and of the
 * services' own Describe and Get answers. What must stay true:
 *
 * - policy documents are kept as documents (parsed JSON), whatever is written in them: the evaluator judges them;
 * - no secret value, no environment value, no user data: names only;
 * - everything is foreign input, and every list may be absent.
 */
import { z } from 'zod';

/** A list where absent and null mean empty. */
export function awsList<T extends z.ZodType>(item: T) {
  return z.preprocess((value) => value ?? [], z.array(item));
}
/** Absent and null are the same thing. */
export function awsMaybe<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === null ? undefined : value), schema.optional());
}

export const awsArn = z
  .string()
  .max(2048)
  .regex(/^arn:[^\p{Cc}\p{Zl}\p{Zp}]+$/u, 'not an ARN');
const name = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u, 'not a name');
/** ISO 8601 as AWS prints it. */
const time = awsMaybe(z.string().max(40));

/** A policy document as written: one statement or a list; the evaluator reads it. */
export const awsDocument = z.record(z.string(), z.unknown());
export type AwsPolicyDocument = z.infer<typeof awsDocument>;

export const awsTags = awsList(z.object({ Key: z.string(), Value: z.string() }));

const inlinePolicies = awsList(z.object({ PolicyName: name, PolicyDocument: awsDocument }));
const attachedPolicies = awsList(z.object({ PolicyName: name, PolicyArn: awsArn }));
const boundary = awsMaybe(z.object({ PermissionsBoundaryArn: awsArn }));

export const awsUser = z.object({
  Arn: awsArn,
  UserName: name,
  UserId: awsMaybe(z.string()),
  Path: awsMaybe(z.string()),
  CreateDate: time,
  UserPolicyList: inlinePolicies,
  GroupList: awsList(name),
  AttachedManagedPolicies: attachedPolicies,
  PermissionsBoundary: boundary,
  Tags: awsTags,
  PasswordLastUsed: time,
  /** Whether it can sign in to the console; absent when not read. */
  LoginProfile: awsMaybe(z.boolean()),
  AccessKeys: awsList(
    z.object({
      AccessKeyId: z.string(),
      Status: z.string(),
      CreateDate: time,
      LastUsedDate: time,
      /** `N/A` of a key that was never used. */
      LastUsedService: awsMaybe(z.string()),
    }),
  ),
});

export const awsGroup = z.object({
  Arn: awsArn,
  GroupName: name,
  CreateDate: time,
  GroupPolicyList: inlinePolicies,
  AttachedManagedPolicies: attachedPolicies,
});

export const awsRole = z.object({
  Arn: awsArn,
  RoleName: name,
  RoleId: awsMaybe(z.string()),
  Path: awsMaybe(z.string()),
  CreateDate: time,
  AssumeRolePolicyDocument: awsDocument,
  RolePolicyList: inlinePolicies,
  AttachedManagedPolicies: attachedPolicies,
  PermissionsBoundary: boundary,
  MaxSessionDuration: awsMaybe(z.number()),
  RoleLastUsed: awsMaybe(z.object({ LastUsedDate: time, Region: awsMaybe(z.string()) })),
  InstanceProfileList: awsList(z.object({ Arn: awsArn, InstanceProfileName: name })),
  Tags: awsTags,
});

/** A customer's managed policy or one of AWS's; only versions whose document was read. */
export const awsManagedPolicy = z.object({
  Arn: awsArn,
  PolicyName: name,
  DefaultVersionId: awsMaybe(z.string()),
  AttachmentCount: awsMaybe(z.number()),
  CreateDate: time,
  UpdateDate: time,
  PolicyVersionList: awsList(
    z.object({ VersionId: z.string(), IsDefaultVersion: z.boolean(), Document: awsDocument, CreateDate: time }),
  ),
});

export const awsAccount = z.object({
  AccountId: z.string().regex(/^\d{12}$/, 'not an account id'),
  Partition: z.string().default('aws'),
  Alias: awsMaybe(z.string()),
  OrganizationId: awsMaybe(z.string()),
  /** The organization's own account, on which service control policies have no effect. */
  ManagementAccount: awsMaybe(z.boolean()),
  /** Root and organizational units from the top, then the account: the targets at which policies bind it. */
  OrganizationPath: awsList(z.string()),
});

/** A service control or resource control policy with everything that it is attached to. */
export const awsOrganizationPolicy = z.object({
  Arn: awsArn,
  Id: z.string(),
  Name: awsMaybe(z.string()),
  Type: z.enum(['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY']),
  Content: awsDocument,
  Targets: awsList(z.string()),
});

export const awsOidcProvider = z.object({
  Arn: awsArn,
  /** Issuer without scheme, as IAM keeps it. */
  Url: z.string(),
  ClientIDList: awsList(z.string()),
});

/** When an identity last used a service, from access advisor: a service without a time was not used in 400 days. */
export const awsLastAccessed = z.object({
  Arn: awsArn,
  ServicesLastAccessed: awsList(
    z.object({
      ServiceNamespace: z.string(),
      LastAuthenticated: time,
      TrackedActionsLastAccessed: awsList(z.object({ ActionName: z.string(), LastAccessedTime: time })),
    }),
  ),
});

/**
 * What an identity did in one region, from CloudTrail. It shows use, and never that something was not used: it tells of
 * management events only, of 90 days at most, and of no more than was asked for.
 */
export const awsTrailUse = z.object({
  /** Of the user or role, not of a session. */
  Arn: awsArn,
  Region: z.string().max(64),
  /** The first and the last event that was read in the region, of anybody. */
  From: z.string().max(40),
  To: z.string().max(40),
  /** Events of this identity, refused ones among them. */
  Events: z.number().int().nonnegative(),
  LastSeen: z.string().max(40),
  /** Written as policies write them, `s3:CreateBucket`; only what was not refused. */
  Actions: awsList(z.object({ Action: z.string().max(256), Last: z.string().max(40) })),
});

export const awsFactSchemas = {
  'aws.account': awsAccount,
  'aws.user': awsUser,
  'aws.group': awsGroup,
  'aws.role': awsRole,
  'aws.managed-policy': awsManagedPolicy,
  'aws.organization-policy': awsOrganizationPolicy,
  'aws.oidc-provider': awsOidcProvider,
  'aws.last-accessed': awsLastAccessed,
  'aws.trail-use': awsTrailUse,
} as const;
