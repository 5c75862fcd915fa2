import { type AssetNotes, accountOfArn, type GraphNode, type NodeRule, type Tenure } from '@firebreak/contract';
import { aboutOf } from '../../aws/notes.ts';
import { isoTime } from '../../aws/time.ts';

/** Users, roles and groups. The account is the namespace. */
export default {
  kinds: ['User', 'Role', 'Group'],
  needs: ['aws.user', 'aws.role', 'aws.group', 'aws.last-accessed'],
  *derive(estate): Generator<GraphNode> {
    const lastUsed = (arn: string, told: string | undefined) => {
      const services = estate.get('aws.last-accessed', `aws:LastAccessed/${arn}`)?.data.ServicesLastAccessed ?? [];
      const times = [told, ...services.map(({ LastAuthenticated }) => LastAuthenticated)].map(isoTime);
      return times
        .filter((time) => time !== undefined)
        .sort()
        .at(-1);
    };
    for (const { id, data } of estate.all('aws.user')) {
      const keyUse = data.AccessKeys.map(({ LastUsedDate }) => isoTime(LastUsedDate)).filter(
        (time) => time !== undefined,
      );
      const used = [lastUsed(data.Arn, data.PasswordLastUsed), ...keyUse]
        .filter((time) => time !== undefined)
        .sort()
        .at(-1);
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
      const used = lastUsed(data.Arn, data.RoleLastUsed?.LastUsedDate);
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
