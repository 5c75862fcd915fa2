/**
 * May this identity do this to that? AWS's own order of evaluation: an explicit Deny anywhere, then what the organization
 * allows, then resource policy, permissions boundary, session and identity policies.
 *
 * What must stay true:
 * - nothing is allowed that AWS would refuse for what we know; what hangs on something that nobody can know from the estate
 *   (an address, a second factor) is `depends` and says on which key, also where the unknown stands in a Deny;
 * - a key that the caller chooses is chosen in the caller's favour, by trying the values that the policies name;
 * - a policy whose document nobody read grants nothing (the connector reports it); an identity that nobody read is unknown.
 *
 * Source: IAM user guide, "Policy evaluation logic", with its subtleties within one account: a resource policy that names
 * a user gives by itself; one that names a role is still held by that role's boundary; one that names the account leaves
 * it to identity policies. Across accounts both sides must allow.
 */
import {
  type AwsPolicyDocument,
  accountOfArn,
  awsId,
  type Estate,
  type FactId,
  type NodeId,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { callerMatch } from './callers.ts';
import { type Holder, holdersOf, type Source } from './holders.ts';
import { type Judgement, judge, type Request, type Said } from './judge.ts';
import { type Level, membershipOf } from './organization.ts';
import type { Condition, ContextValue } from './policy/condition.ts';
import { policyOf, type Statement } from './policy/document.ts';
import { and, maybe, no, not, or, type Truth, yes } from './policy/truth.ts';
import { contextOf } from './request-context.ts';

export interface AwsRequest {
  /** Node id or ARN of a user, role or group. */
  readonly principal: NodeId;
  /** `s3:GetObject` */
  readonly action: string;
  /** ARN, or `*` for actions that know no resource. */
  readonly resource: string;
  /** Condition keys that the asker knows, for example `iam:PassedToService`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** `context` has all tags of the resource: one that is not there is not on it. */
  readonly tagsTold?: boolean;
  /** The policy on the resource, where it has one. */
  readonly resourcePolicy?: AwsPolicyDocument | undefined;
  /** The resource's account where its ARN does not say it (S3); that of the principal when absent. */
  readonly resourceAccount?: string;
  /** For roles and KMS keys identity policies alone give nothing: the resource's own policy must let them. */
  readonly resourceDecides?: boolean;
  /** Condition keys that the caller chooses in this request, for example the name of a thing that it makes. */
  readonly free?: readonly string[];
  /** Identity policies to be thought of as attached: what would be if. */
  readonly asIf?: readonly AwsPolicyDocument[];
  /** Policies that narrow a session. */
  readonly sessionPolicies?: readonly AwsPolicyDocument[];
}

export interface AwsDecision {
  readonly decision: 'allow' | 'deny' | 'depends';
  /** In sentences, most telling first. */
  readonly because: readonly string[];
  /** What it rests on, most telling first; never empty for allow and depends. */
  readonly facts: readonly FactId[];
  /** Condition keys on which it depends. */
  readonly keys: readonly string[];
  /** Some statement denies it, or may: then nothing else that would let it (a grant on a key) does, or for sure. */
  readonly denied?: 'yes' | 'maybe';
}

export interface AwsAuthorizer {
  decide(request: AwsRequest): AwsDecision;
  /** Whether some statement of its identity policies could ever allow the action: cheap, for leaving out early. */
  mayEver(principal: NodeId, action: string): boolean;
  /** All identities of which that is true, in their order. */
  mayDo(action: string): ReadonlySet<NodeId>;
}

/** Combinations of chosen values that are tried for one request. */
const maxTrials = 64;

export const awsAuthorizer: (estate: Estate) => AwsAuthorizer = perEstate((estate) => {
  const holders = holdersOf(estate);
  const byAction = new Map<string, ReadonlySet<NodeId>>();
  const mayDo = (action: string) => {
    let able = byAction.get(action);
    if (able === undefined) {
      able = new Set([...holders.values()].filter((holder) => couldAllow(holder, action)).map(({ id }) => id));
      byAction.set(action, able);
    }
    return able;
  };
  return {
    decide: (request) => decide(estate, holders.get(nodeIdOf(request.principal)), request),
    mayEver(principal, action) {
      const id = nodeIdOf(principal);
      return mayDo(action).has(id) || !holders.has(id);
    },
    mayDo,
  };
});

function couldAllow({ policies }: Holder, action: string): boolean {
  return policies.some(({ policy }) => policy.about(action).some(({ effect }) => effect === 'Allow'));
}

function nodeIdOf(principal: string): NodeId {
  return principal.startsWith('arn:') ? awsId(principal) : principal;
}

function decide(estate: Estate, holder: Holder | undefined, request: AwsRequest): AwsDecision {
  const chosen = new Map<string, Set<string>>();
  const given = new Map<string, ContextValue>();
  for (const [key, value] of Object.entries(request.context ?? {}))
    given.set(key.toLowerCase(), { kind: 'values', values: typeof value === 'string' ? [value] : value });
  for (const key of request.free ?? []) given.set(key.toLowerCase(), { kind: 'free' });
  const first = layered(estate, holder, request, given, chosen);
  if (first.decision !== 'depends' || chosen.size === 0) return first;
  // The caller's own choice decides some of it: take the best that it can send.
  let best = first;
  for (const trial of trials(chosen)) {
    const tried = layered(estate, holder, request, new Map([...given, ...trial]), undefined);
    if (tried.decision === 'allow') return tried;
    if (tried.decision === 'depends' && tried.keys.length < best.keys.length) best = tried;
  }
  return best;
}

/** Values for the free keys, one after the other; the last of each is nothing at all. */
function* trials(chosen: ReadonlyMap<string, ReadonlySet<string>>): Generator<ReadonlyMap<string, ContextValue>> {
  const keys = [...chosen].map(([key, wanted]) => ({
    key,
    options: [
      ...[...wanted].map((value): ContextValue => ({ kind: 'values', values: [value.replace(/[*?]/g, 'x')] })),
      { kind: 'values', values: ['firebreak'] } as const,
      { kind: 'absent' } as const,
    ],
  }));
  const total = keys.reduce((product, { options }) => Math.min(product * options.length, maxTrials), 1);
  for (let number = 0; number < total; number += 1) {
    let rest = number;
    const trial = new Map<string, ContextValue>();
    for (const { key, options } of keys) {
      trial.set(key, options[rest % options.length] as ContextValue);
      rest = Math.floor(rest / options.length);
    }
    yield trial;
  }
}

/** What one layer says; a layer that does not exist allows. */
interface Layer {
  readonly truth: Truth;
  readonly said: readonly Said[];
  /** Why not, for a layer that does not allow. */
  readonly lack: string;
}

function layered(
  estate: Estate,
  holder: Holder | undefined,
  asked: AwsRequest,
  given: ReadonlyMap<string, ContextValue>,
  chosen: Map<string, Set<string>> | undefined,
): AwsDecision {
  const { action, resource: on, tagsTold = false } = asked;
  const context = contextOf(estate, holder, { action, resource: on, given, tagsTold });
  const request: Request = {
    action: asked.action,
    resource: asked.resource,
    context,
    variables: (key) => {
      const value = context(key);
      if (value.kind === 'values') return { text: value.values.length === 1 ? value.values[0] : undefined };
      return value.kind === 'absent' ? { text: undefined } : 'unknown';
    },
    ...(chosen === undefined ? {} : { chosen: (condition: Condition) => choose(condition, context, chosen) }),
  };
  const callerAccount = holder?.account ?? accountOfArn(asked.principal.replace(/^aws:[^/]*\//, ''));
  const resourceAccount = asked.resourceAccount ?? accountOfArn(asked.resource) ?? callerAccount;
  const sameAccount = callerAccount === resourceAccount;

  const identity: Judgement =
    holder === undefined
      ? { allow: maybe, deny: no, allowedBy: unread(asked.principal), deniedBy: undefined }
      : judge([...holder.policies, ...(asked.asIf ?? []).map(supposed)], request);
  const boundary =
    holder?.boundary && judge(holder.boundary.source === undefined ? [] : [holder.boundary.source], request);
  const sessions = (asked.sessionPolicies ?? []).map((document) => judge([session(document)], request));
  const caller = callerAccount === undefined ? undefined : membershipOf(estate)(callerAccount);
  const levels = holder?.serviceLinked ? [] : (caller?.service ?? []).map((level) => ofLevel(level, request));
  const owner = resourceAccount === undefined ? undefined : membershipOf(estate)(resourceAccount);
  const everybody = (statement: Statement): Truth =>
    statement.principals === undefined ? yes : maybeCaller(statement);
  const maybeCaller = (statement: Statement) => callerMatch(statement, holder, asked.principal).truth;
  const controls =
    holder?.serviceLinked || !controlled.has(service(asked.action))
      ? []
      : (owner?.resource ?? []).map((level) => ofLevel(level, { ...request, isCaller: everybody }));
  const resource = resourceJudgements(asked, request, holder, estate);

  const denials = [identity, boundary, ...sessions, ...levels, ...controls, resource?.all].filter(
    (each) => each !== undefined,
  );
  const denied = denials.reduce<Truth>((result, { deny }) => or(result, deny), no);
  if (denied === yes) {
    const by = denials.find(({ deny }) => deny === yes)?.deniedBy;
    return { decision: 'deny', because: [by?.text ?? 'it is denied'], facts: by?.facts ?? [], keys: [], denied: 'yes' };
  }
  const maybeDenied = denials.flatMap(({ deny, deniedBy }) =>
    deny === maybe && deniedBy !== undefined ? [deniedBy] : [],
  );

  const layers = levels.map((level) => layer(level, 'the organization does not allow it'));
  const ofIdentity = layer(identity, 'no identity policy allows it');
  const limits = [
    ...(boundary === undefined ? [] : [layer(boundary, 'the permissions boundary does not allow it')]),
    ...sessions.map((each) => layer(each, 'the session policy does not allow it')),
  ];
  const own = all([ofIdentity, ...limits]);
  const granted = grantOf({ own, limits, resource, sameAccount, decides: asked.resourceDecides === true, holder });
  const whole = all([granted, ...layers]);
  const allowed = and(whole.truth, not(denied));
  const doubt = denied === maybe ? ({ denied: 'maybe' } as const) : {};
  if (allowed === no) return { decision: 'deny', because: [whole.lack], facts: [], keys: [], ...doubt };
  const said = [...whole.said, ...maybeDenied];
  return {
    decision: allowed === yes ? 'allow' : 'depends',
    because: [...new Set(said.map(({ text }) => text))],
    facts: [...new Set([...said.flatMap(({ facts }) => facts), ...(holder?.facts ?? [])])],
    keys: allowed === yes ? [] : [...new Set(said.flatMap(({ keys }) => keys))].sort(),
    ...doubt,
  };
}

/** What a level of the organization says; where the account may be outside of it, nothing that it says is sure. */
function ofLevel({ sources, allowsAll, certain }: Level, request: Request): Judgement {
  const judged = judge(sources, request);
  const said = allowsAll ? { ...judged, allow: yes } : judged;
  if (certain) return said;
  const { allow, deny, allowedBy, deniedBy } = said;
  const keys = ['whether the account is in the organization'];
  return {
    allow: or(allow, maybe),
    deny: and(deny, maybe),
    allowedBy: allow === yes ? allowedBy : { text: 'the account may not be in the organization', facts: [], keys },
    deniedBy: deniedBy && { ...deniedBy, keys: [...new Set([...deniedBy.keys, ...keys])] },
  };
}

/** Services whose resources resource control policies protect. */
const controlled = new Set([
  's3',
  'sts',
  'kms',
  'sqs',
  'secretsmanager',
  'ecr',
  'aoss',
  'cognito-identity',
  'cognito-idp',
  'dynamodb',
  'logs',
]);

function service(action: string): string {
  return action.split(':', 1)[0]?.toLowerCase() ?? '';
}

interface OnResource {
  readonly all: Judgement;
  /** By statements that name the caller itself, or everybody. */
  readonly direct: Layer;
  /** By statements that name the caller's account. */
  readonly account: Layer;
}

/** The resource's own policy, apart by how it names the caller. */
function resourceJudgements(
  asked: AwsRequest,
  request: Request,
  holder: Holder | undefined,
  estate: Estate,
): OnResource | undefined {
  if (asked.resourcePolicy === undefined) return undefined;
  const source: Source = {
    policy: policyOf(asked.resourcePolicy),
    label: 'the policy of the resource',
    facts: resourceFacts(estate, asked.resource),
  };
  const by = (how: 'direct' | 'account' | 'any') =>
    judge([source], {
      ...request,
      isCaller: (statement) => {
        const match = callerMatch(statement, holder, asked.principal);
        return how === 'any' || match.how === how || statement.effect === 'Deny' ? match.truth : no;
      },
    });
  const lack = 'the policy of the resource does not allow it';
  return { all: by('any'), direct: layer(by('direct'), lack), account: layer(by('account'), lack) };
}

function grantOf(given: {
  readonly own: Layer;
  readonly limits: readonly Layer[];
  readonly resource: OnResource | undefined;
  readonly sameAccount: boolean;
  readonly decides: boolean;
  readonly holder: Holder | undefined;
}): Layer {
  const { own, limits, resource, sameAccount, decides, holder } = given;
  if (resource === undefined) {
    if (sameAccount && !decides) return own;
    return {
      truth: no,
      said: [],
      lack: decides ? 'nothing lets it in' : 'another account’s resource does not allow it',
    };
  }
  if (!sameAccount) return all([own, any([resource.direct, resource.account])]);
  // A policy that names a user gives whatever the boundary says; for a role the boundary still holds.
  const direct = holder?.kind === 'user' ? resource.direct : all([resource.direct, ...limits]);
  return any([direct, decides ? all([own, resource.account]) : own]);
}

function layer({ allow, allowedBy }: Judgement, lack: string): Layer {
  return { truth: allow, said: allowedBy === undefined ? [] : [allowedBy], lack };
}

function all(layers: readonly Layer[]): Layer {
  const result = layers.reduce<Truth>((sofar, each) => and(sofar, each.truth), yes);
  return {
    truth: result,
    said: layers.flatMap(({ said }) => said),
    lack: layers.find((each) => each.truth === no)?.lack ?? '',
  };
}

/** The surest of them. */
function any(layers: readonly Layer[]): Layer {
  return layers.reduce((best, each) => (each.truth > best.truth ? each : best));
}

function unread(principal: string): Said {
  return { text: `${principal} was not read`, facts: [], keys: ['the policies of the caller'] };
}

function supposed(document: AwsPolicyDocument): Source {
  return { policy: policyOf(document), label: 'a policy that it attaches', facts: [] };
}

function session(document: AwsPolicyDocument): Source {
  return { policy: policyOf(document), label: 'the session policy', facts: [] };
}

/** A role speaks by its trust policy; other resources' facts are named by whoever asks. */
function resourceFacts(estate: Estate, resource: string): readonly FactId[] {
  const id = awsId(resource);
  return estate.get('aws.role', id) === undefined ? [] : [id];
}

/** Remembers what a condition wants of a key that the caller may choose. */
function choose(condition: Condition, context: (key: string) => ContextValue, chosen: Map<string, Set<string>>): void {
  const key = condition.key.toLowerCase();
  if (context(key).kind !== 'free') return;
  const wanted = chosen.get(key) ?? new Set();
  for (const value of condition.wanted) wanted.add(value);
  chosen.set(key, wanted);
}
