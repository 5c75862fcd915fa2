/**
 * Who holds a whole account. Whoever may write IAM without limit (make users and roles of any name, give them any policy
 * and any trust, pass them on) can make itself anything, whatever else it may not do; so that is the measure, and not a
 * policy's name. A boundary, an organization policy or a Deny that takes one of these away is heard like everywhere.
 */
import {
  type AwsPolicyDocument,
  accountOfArn,
  awsWellKnownPolicies,
  type Estate,
  type NodeId,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { type AwsDecision, awsAuthorizer } from './evaluate.ts';
import { type Holder, holdersOf } from './holders.ts';
import { policyOf } from './policy/document.ts';

export const administratorAccess = 'arn:aws:iam::aws:policy/AdministratorAccess';
const everything = awsWellKnownPolicies[administratorAccess] ?? {};

/** A name that no pattern means by chance. */
const any = 'firebreak-any-name';
const unlimited: readonly (readonly [action: string, resource: string])[] = [
  ['iam:CreateUser', `user/${any}`],
  ['iam:AttachUserPolicy', `user/${any}`],
  ['iam:PutUserPolicy', `user/${any}`],
  ['iam:CreateAccessKey', `user/${any}`],
  ['iam:CreateRole', `role/${any}`],
  ['iam:AttachRolePolicy', `role/${any}`],
  ['iam:PutRolePolicy', `role/${any}`],
  ['iam:UpdateAssumeRolePolicy', `role/${any}`],
  ['iam:PassRole', `role/${any}`],
  ['iam:CreatePolicyVersion', `policy/${any}`],
];

/** Holders of their whole account, with why. Those of whom it depends are among them. */
export const administratorsOf: (estate: Estate) => ReadonlyMap<NodeId, AwsDecision> = perEstate((estate) => {
  const administrators = new Map<NodeId, AwsDecision>();
  for (const holder of holdersOf(estate).values()) {
    const found = wholeAccount(estate, holder, false);
    if (found.decision !== 'deny') administrators.set(holder.id, found);
  }
  return administrators;
});

const raised = perEstate(() => new Map<NodeId, AwsDecision>());

/** Whether an identity would hold the whole account once AdministratorAccess is attached to it. */
export function wouldHoldAccount(estate: Estate, holder: Holder): AwsDecision {
  const known = raised(estate).get(holder.id);
  if (known !== undefined) return known;
  const found = wholeAccount(estate, holder, true);
  raised(estate).set(holder.id, found);
  return found;
}

function wholeAccount(estate: Estate, holder: Holder, raise: boolean): AwsDecision {
  const { decide, mayEver } = awsAuthorizer(estate);
  const nothing: AwsDecision = { decision: 'deny', because: [], facts: [], keys: [] };
  if (!raise && unlimited.some(([action]) => !mayEver(holder.id, action))) return nothing;
  const all: AwsDecision[] = [];
  for (const [action, resource] of unlimited) {
    const one = decide({
      principal: holder.id,
      action,
      resource: `arn:${holder.partition}:iam::${holder.account}:${resource}`,
      context: { 'iam:PolicyARN': administratorAccess.replace(':aws:', `:${holder.partition}:`) },
      free: ['iam:PermissionsBoundary', 'iam:PassedToService', 'aws:ResourceTag', 'iam:ResourceTag'],
      ...(raise ? { asIf: [everything] } : {}),
    });
    if (one.decision === 'deny') return nothing;
    all.push(one);
  }
  return together(all);
}

/** Policies that give the whole account by themselves and can be attached in it, AWS's own first. */
export function wholeAccountPolicies(estate: Estate, { partition, account }: Holder): readonly string[] {
  const own = ownWholeAccountPolicies(estate).filter((arn) => accountOfArn(arn) === account);
  return [
    ...['AdministratorAccess', 'IAMFullAccess'].map((name) => `arn:${partition}:iam::aws:policy/${name}`),
    ...own,
  ];
}

const ownWholeAccountPolicies: (estate: Estate) => readonly string[] = perEstate((estate) =>
  estate.all('aws.managed-policy').flatMap(({ data }) => {
    const inForce = data.PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion);
    return inForce !== undefined && givesWholeAccount(inForce.Document) && accountOfArn(data.Arn) !== undefined
      ? [data.Arn]
      : [];
  }),
);

/** Whether a document by itself gives the whole account: without condition, on everything, and denying nothing of it. */
export function givesWholeAccount(document: AwsPolicyDocument): boolean {
  const policy = policyOf(document);
  return unlimited.every(([action]) => {
    const about = policy.about(action);
    return (
      about.every(({ effect }) => effect === 'Allow') &&
      about.some(
        ({ conditions, resources }) =>
          conditions.length === 0 &&
          resources?.not === false &&
          resources.patterns.some(({ source }) => source === '*'),
      )
    );
  });
}

/** Several decisions that are all needed. */
export function together(decisions: readonly AwsDecision[]): AwsDecision {
  const denied = decisions.find(({ decision }) => decision === 'deny');
  if (denied !== undefined) return denied;
  return {
    decision: decisions.every(({ decision }) => decision === 'allow') ? 'allow' : 'depends',
    because: [...new Set(decisions.flatMap(({ because }) => because))],
    facts: [...new Set(decisions.flatMap(({ facts }) => facts))],
    keys: [...new Set(decisions.flatMap(({ keys }) => keys))].sort(),
  };
}
