/**
 * The review APIs and the other calls that create nothing: TokenReview, SubjectAccessReview and its kin.
 */

import { array, at, record, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, ApiResult, ResourceRef } from '../api.ts';
import { refuse } from './cluster.ts';
import type { Principal, Tokens } from './tokens.ts';

/** One request as an authoriser sees it: `resource` is `pods` or `pods/exec`. */
export interface Wish {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

export type Allowed = (user: string, groups: readonly string[], wish: Wish) => boolean;

/** Reviews that anybody who is signed in may ask about themselves (ClusterRole system:basic-user). */
export function isSelfReview(ref: ResourceRef): boolean {
  return /^self/.test(ref.plural) && (ref.group === 'authorization.k8s.io' || ref.group === 'authentication.k8s.io');
}

/** The answer to a review, or undefined when the path is none. `caller` is undefined for the cluster's own administrator. */
export function review(
  ref: ResourceRef,
  body: ApiObject,
  caller: Principal | undefined,
  tokens: Tokens,
  allowed: Allowed,
): ApiResult<ApiObject> | undefined {
  const answer = (status: unknown): ApiResult<ApiObject> => ({ ok: true, value: { ...body, status } as ApiObject });
  switch (`${ref.group}/${ref.plural}`) {
    case 'authentication.k8s.io/tokenreviews': {
      const principal = tokens.authenticate(textAt(body, 'spec', 'token') ?? '');
      if (principal === undefined) return answer({ authenticated: false, error: 'invalid bearer token' });
      const { user: username, groups, uid } = principal;
      return answer({ authenticated: true, user: { username, uid, groups } });
    }
    case 'authentication.k8s.io/selfsubjectreviews':
      return answer({ userInfo: caller ?? { username: 'twin-admin', groups: ['system:masters'] } });
    case 'authorization.k8s.io/subjectaccessreviews':
    case 'authorization.k8s.io/localsubjectaccessreviews': {
      const groups = array(at(body, 'spec', 'groups')).filter((group) => typeof group === 'string');
      const wish = wishOf(body);
      if (wish === undefined) return refuse('invalid', 422, 'spec.resourceAttributes is required');
      const user = textAt(body, 'spec', 'user') ?? '';
      return answer({ allowed: groups.includes('system:masters') || allowed(user, groups, wish) });
    }
    case 'authorization.k8s.io/selfsubjectaccessreviews': {
      const wish = wishOf(body);
      if (wish === undefined) return refuse('invalid', 422, 'spec.resourceAttributes is required');
      return answer({ allowed: caller === undefined || allowed(caller.user, caller.groups, wish) });
    }
    default:
      return undefined;
  }
}

function wishOf(body: ApiObject): Wish | undefined {
  const attributes = record(at(body, 'spec', 'resourceAttributes'));
  if (attributes === undefined) return undefined;
  const subresource = textAt(attributes, 'subresource');
  const plural = textAt(attributes, 'resource') ?? '*';
  return {
    verb: textAt(attributes, 'verb') ?? '*',
    group: textAt(attributes, 'group') ?? '',
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
    namespace: textAt(attributes, 'namespace'),
    name: textAt(attributes, 'name'),
  };
}
