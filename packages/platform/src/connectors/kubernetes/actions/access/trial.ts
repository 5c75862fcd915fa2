/**
 * Which request to try to see whether a grant is gone. It must be one that the stripped role granted and nothing else does:
 * otherwise "denied" proves nothing and "allowed" accuses the wrong binding.
 *
 * Matching follows the API server's RBAC authorizer (k8s.io/kubernetes/pkg/apis/rbac/v1/evaluation_helpers.go).
 */
import { z } from 'zod';
import { array, at, textAt } from '../../../../intake/foreign.ts';
import type { ApiObject } from '../../api.ts';

const texts = z.array(z.string());
export const ruleSchema = z.object({
  verbs: texts,
  apiGroups: texts,
  resources: texts,
  resourceNames: texts,
  nonResourceURLs: texts,
});
export type Rule = z.infer<typeof ruleSchema>;

/** One request, as an access review asks about it. */
export type Wish =
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      readonly name: string;
    }
  | { readonly verb: string; readonly path: string };

/** Enough to find one that only this role grants; a role may have thousands of combinations. */
const mostWishes = 200;

export function rulesOf(role: ApiObject): readonly Rule[] {
  return array(at(role, 'rules')).map((rule) => ({
    verbs: textsOf(at(rule, 'verbs')),
    apiGroups: textsOf(at(rule, 'apiGroups')),
    resources: textsOf(at(rule, 'resources')),
    resourceNames: textsOf(at(rule, 'resourceNames')),
    nonResourceURLs: textsOf(at(rule, 'nonResourceURLs')),
  }));
}

/** Requests that the rules allow, concrete ones first. `clusterWide`: whether URLs count, which a RoleBinding cannot grant. */
export function wishesOf(rules: readonly Rule[], clusterWide: boolean): readonly Wish[] {
  const wishes: Wish[] = [];
  for (const rule of rules) {
    for (const verb of concrete(rule.verbs, ['get', 'create', '*'])) {
      for (const group of concrete(rule.apiGroups, ['', '*'])) {
        for (const whole of concrete(rule.resources, ['secrets', 'pods', '*'])) {
          const [resource = whole, subresource = ''] = whole.split('/', 2);
          // `*/scale`: any resource will do.
          const asked = resource === '*' && subresource !== '' ? 'deployments' : resource;
          for (const name of rule.resourceNames.length === 0 ? [''] : rule.resourceNames) {
            // A request to create has no name yet, so a rule with names never allows one, except below a named object.
            if (name !== '' && subresource === '' && (verb === 'create' || verb === 'deletecollection')) continue;
            wishes.push({ verb, group, resource: asked, subresource, name });
          }
        }
      }
      if (clusterWide) {
        for (const url of rule.nonResourceURLs) wishes.push({ verb, path: url.replace(/\*$/, 'firebreak') });
      }
      if (wishes.length >= mostWishes) return wishes.slice(0, mostWishes);
    }
  }
  return wishes;
}

export function allows(rules: readonly Rule[], wish: Wish): boolean {
  return rules.some((rule) => {
    if (!has(rule.verbs, wish.verb)) return false;
    if ('path' in wish) return rule.nonResourceURLs.some((url) => urlMatches(url, wish.path));
    const whole = wish.subresource === '' ? wish.resource : `${wish.resource}/${wish.subresource}`;
    return (
      has(rule.apiGroups, wish.group) &&
      (has(rule.resources, whole) || (wish.subresource !== '' && rule.resources.includes(`*/${wish.subresource}`))) &&
      (rule.resourceNames.length === 0 || rule.resourceNames.includes(wish.name))
    );
  });
}

/** The attributes of an access review. `namespace` undefined asks about the whole cluster. */
export function attributes(wish: Wish, namespace: string | undefined): Record<string, unknown> {
  if ('path' in wish) return { nonResourceAttributes: { verb: wish.verb, path: wish.path } };
  const { verb, group, resource, subresource, name } = wish;
  const asked = { verb, group, resource, subresource, name, namespace: namespace ?? '' };
  return { resourceAttributes: Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== '')) };
}

export function wishInWords(wish: Wish, namespace: string | undefined): string {
  if ('path' in wish) return `${wish.verb} ${wish.path}`;
  const resource = [wish.resource, wish.subresource].filter((part) => part !== '').join('/');
  const group = wish.group === '' ? '' : `.${wish.group}`;
  const name = wish.name === '' ? '' : ` ${wish.name}`;
  return `${wish.verb} ${resource}${group}${name} ${namespace === undefined ? 'in all namespaces' : `in ${namespace}`}`;
}

/** Whether a review says yes. */
export function isAllowed(review: ApiObject): boolean {
  return at(review, 'status', 'allowed') === true;
}
export function reviewReason(review: ApiObject): string {
  return textAt(review, 'status', 'reason') ?? 'no reason given';
}

function textsOf(value: unknown): string[] {
  return array(value).filter((entry) => typeof entry === 'string');
}

/** The values, with `*` replaced by samples of what it stands for. */
function concrete(values: readonly string[], samples: readonly string[]): readonly string[] {
  return [...values.filter((value) => value !== '*'), ...(values.includes('*') ? samples : [])];
}

function has(values: readonly string[], wanted: string): boolean {
  return values.includes('*') || values.includes(wanted);
}

function urlMatches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}
