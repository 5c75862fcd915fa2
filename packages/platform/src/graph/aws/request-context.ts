/**
 * What is known of a request before it is made: who asks and from where they come, what is asked for, and what time it is at
 * least. Source: IAM user guide, "AWS global condition context keys", and the keys of IAM and STS in the service
 * authorization reference.
 */
import { accountOfArn, awsId, type Estate } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import type { Holder } from './holders.ts';
import { holdersOf } from './holders.ts';
import { membershipOf } from './organization.ts';
import { type ContextValue, momentOf } from './policy/condition.ts';
import { policyOf } from './policy/document.ts';

const values = (...list: readonly string[]): ContextValue => ({ kind: 'values', values: list });
const absent: ContextValue = { kind: 'absent' };
const unknown: ContextValue = { kind: 'unknown' };
const free: ContextValue = { kind: 'free' };

/** Callers send these as they like. */
const freeKeys = new Set([
  'aws:tagkeys',
  'aws:useragent',
  'aws:referer',
  'sts:rolesessionname',
  'iam:associatedresourcearn',
]);
/** A person or program that calls directly has none of these. */
const onlyForServices = new Set([
  'aws:calledvia',
  'aws:calledviafirst',
  'aws:calledvialast',
  'aws:principalservicename',
  'aws:principalservicenameslist',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
]);
const resourceTag = /^[a-z0-9-]+:resourcetag\//;
/** Services without regions: their requests are made to us-east-1. */
const global = new Set(['iam', 'sts', 'organizations', 'cloudfront', 'route53']);

/** The latest moment that the estate itself tells of: whatever happens, happens after it. Milliseconds since 1970. */
const latestMoment: (estate: Estate) => number = perEstate((estate) => {
  const told = [
    ...estate.all('aws.user').flatMap(({ data }) => [data.CreateDate, data.PasswordLastUsed]),
    ...estate.all('aws.role').flatMap(({ data }) => [data.CreateDate, data.RoleLastUsed?.LastUsedDate]),
    ...estate.all('aws.managed-policy').flatMap(({ data }) => [data.CreateDate, data.UpdateDate]),
  ];
  // This was written in 2026, and nobody ran it before.
  return told.reduce<number>((latest, time) => Math.max(latest, momentOf(time ?? '') || 0), Date.UTC(2026, 0, 1));
});

export interface Asked {
  readonly action: string;
  readonly resource: string;
  /** What the rule that asks knows better, by key in lower case. */
  readonly given: ReadonlyMap<string, ContextValue>;
  /** `given` has all tags of the resource. */
  readonly tagsTold: boolean;
}

/** Every key that can be asked about, for a caller that may be no identity of the estate. */
export function contextOf(estate: Estate, holder: Holder | undefined, asked: Asked): (key: string) => ContextValue {
  return (key) => {
    const given = asked.given.get(key);
    if (given !== undefined) return given;
    if (asked.tagsTold && resourceTag.test(key)) return absent;
    if (freeKeys.has(key) || key.startsWith('aws:requesttag/')) return free;
    if (onlyForServices.has(key)) return absent;
    switch (key) {
      case 'aws:securetransport':
        return values('true');
      case 'aws:viaawsservice':
      case 'aws:principalisawsservice':
        return values('false');
      case 'aws:currenttime':
      case 'aws:epochtime':
        return { kind: 'since', time: latestMoment(estate), orAbsent: false };
      case 'aws:requestedregion':
        return regionOf(asked);
      case 'aws:resourceaccount': {
        const account = accountOfArn(asked.resource);
        return account === undefined ? unknown : values(account);
      }
    }
    const ofResource = resourceKey(estate, asked.resource, key);
    if (ofResource !== undefined) return ofResource;
    return holder === undefined ? unknown : holderKey(estate, holder, key);
  };
}

function regionOf({ action, resource }: Asked): ContextValue {
  if (global.has(action.split(':', 1)[0] ?? '')) return values('us-east-1');
  const region = resource.split(':', 4)[3] ?? '';
  return region === '' ? free : values(region);
}

/** Tags and boundary of a user or role that is asked for. */
function resourceKey(estate: Estate, resource: string, key: string): ContextValue | undefined {
  const [prefix, tag] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)];
  const isTag = prefix === 'aws:resourcetag' || prefix === 'iam:resourcetag';
  if (!isTag && key !== 'iam:permissionsboundary') return undefined;
  const target = holdersOf(estate).get(awsId(resource));
  if (target === undefined || target.kind === 'group') return unknown;
  const value = isTag ? target.tags.get(tag) : target.boundary?.arn;
  return value === undefined ? absent : values(value);
}

function holderKey(estate: Estate, holder: Holder, key: string): ContextValue {
  const isRole = holder.kind === 'role';
  if (key.startsWith('aws:principaltag/')) {
    const value = holder.tags.get(key.slice('aws:principaltag/'.length));
    if (value !== undefined) return values(value);
    return holder.kind === 'group' || takesSessionTags(estate, holder) ? unknown : absent;
  }
  switch (key) {
    case 'aws:principalarn':
      return holder.kind === 'group' ? unknown : values(holder.arn);
    case 'aws:principalaccount':
      return values(holder.account);
    case 'aws:principaltype':
      return values(isRole ? 'AssumedRole' : 'User');
    case 'aws:username':
      return isRole ? absent : holder.kind === 'user' ? values(holder.name) : unknown;
    case 'aws:userid':
      return holder.kind === 'user' && holder.uniqueId !== undefined ? values(holder.uniqueId) : unknown;
    case 'aws:principalorgid': {
      const { organization } = membershipOf(estate)(holder.account);
      return organization === undefined ? unknown : values(organization);
    }
    case 'aws:principalorgpaths': {
      const { organization, path } = membershipOf(estate)(holder.account);
      if (organization === undefined || path.length < 2) return unknown;
      return values(`${[organization, ...path.filter((step) => step !== holder.account)].join('/')}/`);
    }
    case 'aws:tokenissuetime':
      // A user with a long-lived key has none; whoever has one got it after all that we read.
      return { kind: 'since', time: latestMoment(estate), orAbsent: !isRole };
    case 'aws:federatedprovider':
    case 'aws:sourceidentity':
    case 'ec2:sourceinstancearn':
      return isRole ? unknown : absent;
    default:
      return unknown;
  }
}

/** Whether sessions of a role may carry tags of the one who assumes it. */
function takesSessionTags(estate: Estate, holder: Holder): boolean {
  const trust = estate.get('aws.role', holder.id)?.data.AssumeRolePolicyDocument;
  return trust !== undefined && policyOf(trust).about('sts:TagSession').length > 0;
}
