/**
 * Names of what lies in a thing, such as the objects of a bucket: nobody tells which there are, so those are tried that policies
 * could mean. Patterns are taken apart once for each policy and action, because thousands of them meet every thing.
 */
import type { Holder } from './holders.ts';
import { type Policy, policyOf } from './policy/document.ts';
import { matches } from './policy/pattern.ts';
import { resourcePart, type Thing } from './thing-index.ts';

/** Names of things inside that are tried. */
const maxSamples = 16;
/** A name that no pattern means by chance. */
const anyName = 'firebreak-any-name';

/** Names to try, and the pattern where it is not everything inside: any name first, then one for each pattern. */
export function samples(action: string, holder: Holder, thing: Thing): ReadonlyMap<string, string | undefined> {
  const names = new Map<string, string | undefined>([[anyName, undefined]]);
  const policies = [
    ...holder.policies.map(({ policy }) => policy),
    ...(thing.policy === undefined ? [] : [policyOf(thing.policy)]),
  ];
  for (const policy of policies) {
    const { exact, wild } = partsOf(policy, action);
    const meant = wild.filter(({ of }) => matches(of, thing.name)).map(({ part }) => part);
    for (const part of [...(exact.get(thing.name) ?? []), ...meant]) {
      if (names.size >= maxSamples) return names;
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable, as policies write it
      names.set(part.replace('${aws:username}', holder.name).replace(/\*/g, anyName).replace(/\?/g, 'x'), part);
    }
  }
  return names;
}

interface Parts {
  /** By the name of the thing. */
  readonly exact: ReadonlyMap<string, readonly string[]>;
  readonly wild: readonly { readonly of: string; readonly part: string }[];
}
const known = new WeakMap<Policy, Map<string, Parts>>();

/** What allowing statements mean inside of things, apart from everything. */
function partsOf(policy: Policy, action: string): Parts {
  const byAction = known.get(policy) ?? new Map<string, Parts>();
  known.set(policy, byAction);
  const before = byAction.get(action);
  if (before !== undefined) return before;
  const exact = new Map<string, string[]>();
  const wild: { of: string; part: string }[] = [];
  for (const { effect, resources } of policy.about(action)) {
    if (effect !== 'Allow' || resources === undefined || resources.not) continue;
    for (const { source } of resources.patterns) {
      const rest = resourcePart(source);
      const slash = rest.indexOf('/');
      const [of, part] = [rest.slice(0, slash), rest.slice(slash + 1)];
      if (slash < 0 || part === '*') continue;
      const known = exact.get(of);
      if (/[*?$]/.test(of)) wild.push({ of, part });
      else if (known === undefined) exact.set(of, [part]);
      else if (known.length < maxSamples) known.push(part);
    }
  }
  const parts = { exact, wild };
  byAction.set(action, parts);
  return parts;
}
