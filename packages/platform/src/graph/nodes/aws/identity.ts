import {
  type AssetNotes,
  accountOfArn,
  type Estate,
  type GraphNode,
  type NodeRule,
  type Tenure,
} from '@firebreak/contract';
import { perEstate } from '../../../facts/estate.ts';
import { aboutOf } from '../../aws/notes.ts';
import { isoTime } from '../../aws/time.ts';

/** Users, roles and groups. The account is the namespace. */
export default {
  kinds: ['User', 'Role', 'Group'],
  needs: ['aws.user', 'aws.role', 'aws.group', 'aws.last-accessed', 'aws.trail-use'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('aws.user')) {
      const keys = data.AccessKeys.map(({ LastUsedDate }) => LastUsedDate);
      const used = lastUse(estate, data.Arn, [data.PasswordLastUsed, ...keys], false);
      yield {
        ...common(id, 'User', data.Arn, data.UserName),
        ...extras(aboutOf(data.Tags), { lifetime: 'static', access: 'standing', ...times(data.CreateDate, used) }),
        detail: {
          accessKeys: data.AccessKeys.length,
          ...(data.LoginProfile === undefined ? {} : { console: data.LoginProfile }),
          ...(data.PermissionsBoundary === undefined
            ? {}
            : { boundary: data.PermissionsBoundary.PermissionsBoundaryArn }),
        },
      };
    }
    for (const { id, data } of estate.all('aws.role')) {
      const used = lastUse(estate, data.Arn, [data.RoleLastUsed?.LastUsedDate], data.RoleLastUsed !== undefined);
      const serviceLinked = data.Arn.includes(':role/aws-service-role/');
      yield {
        ...common(id, 'Role', data.Arn, data.RoleName),
        ...extras(aboutOf(data.Tags), { lifetime: 'short-lived', access: 'standing', ...times(data.CreateDate, used) }),
        detail: {
          ...(serviceLinked ? { serviceLinked } : {}),
          ...(data.MaxSessionDuration === undefined ? {} : { maxSessionSeconds: data.MaxSessionDuration }),
          ...(data.PermissionsBoundary === undefined
            ? {}
            : { boundary: data.PermissionsBoundary.PermissionsBoundaryArn }),
        },
      };
    }
    for (const { id, data } of estate.all('aws.group'))
      yield {
        ...common(id, 'Group', data.Arn, data.GroupName),
        class: 'permission',
        tenure: times(data.CreateDate, undefined),
      };
  },
} satisfies NodeRule;

/**
 * When it was used last, by whoever tells; `never` where a record of its use is kept and empty. CloudTrail tells of use alone:
 * not being in it says nothing.
 *
 * @param recorded whether IAM itself keeps a record, which it does for 400 days
 */
function lastUse(
  estate: Estate,
  arn: string,
  told: readonly (string | undefined)[],
  recorded: boolean,
): string | undefined {
  const advisor = estate.get('aws.last-accessed', `aws:LastAccessed/${arn}`)?.data.ServicesLastAccessed;
  const seen = trailOf(estate).get(arn) ?? [];
  const times = [...told, ...(advisor ?? []).map(({ LastAuthenticated }) => LastAuthenticated), ...seen].map(isoTime);
  const last = times
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
  return last ?? (recorded || (advisor !== undefined && advisor.length > 0) ? 'never' : undefined);
}

const trailOf = perEstate((estate) => {
  const byArn = new Map<string, string[]>();
  for (const { data } of estate.all('aws.trail-use'))
    byArn.set(data.Arn, [...(byArn.get(data.Arn) ?? []), data.LastSeen]);
  return byArn;
});

function common(id: string, kind: string, arn: string, name: string) {
  const namespace = accountOfArn(arn);
  return { id, kind, class: 'identity' as const, name, ...(namespace === undefined ? {} : { namespace }), facts: [id] };
}

function times(created: string | undefined, lastUsed: string | undefined): Tenure {
  const since = isoTime(created);
  return { ...(since === undefined ? {} : { created: since }), ...(lastUsed === undefined ? {} : { lastUsed }) };
}

function extras(about: AssetNotes | undefined, tenure: Tenure) {
  return { ...(about === undefined ? {} : { about }), tenure };
}
