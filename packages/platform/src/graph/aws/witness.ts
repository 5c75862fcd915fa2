/**
 * Names for a thing that does not exist yet, or of which only the kind is known: "may it make a function" means a function of
 * some name that the policies allow. Candidates are one plain name and what the holder's own policies suggest.
 */
import type { Holder } from './holders.ts';
import { globMatches, globOf, wildcards } from './policy/glob.ts';
import { arnParts } from './policy/pattern.ts';

const name = 'firebreak';
const region = 'us-east-1';
/** Candidates for one question; policies with more resource patterns than this are satisfied by an earlier one or not at all. */
const maxCandidates = 40;

/** ARNs of a shape (`arn:*:lambda:*:*:function:*`) in the holder's account, best guess first. */
export function witnesses(holder: Holder, shape: string, actions: readonly string[]): readonly string[] {
  const parts = arnParts(shape) ?? [];
  const fits = globOf(wildcards(parts[5] ?? ''));
  const plain = fill(parts, holder, region, (parts[5] ?? '').replaceAll('*', name));
  const found = new Set([plain]);
  for (const { policy } of holder.policies)
    for (const action of actions)
      for (const { effect, resources } of policy.about(action)) {
        if (effect === 'Deny' || resources === undefined || resources.not) continue;
        for (const { source } of resources.patterns) {
          if (found.size >= maxCandidates) return [...found];
          const suggested = arnParts(source.replaceAll(/\$\{aws:username\}/gi, holder.name));
          if (suggested === undefined || suggested[5] === '*') continue;
          const where = /^[a-z0-9-]+$/.test(suggested[3] ?? '') ? (suggested[3] ?? region) : region;
          const last = concrete(suggested[5] ?? '');
          const prefix = (parts[5] ?? '').split('*', 1)[0] ?? '';
          for (const resource of [last, `${prefix}${last}`])
            if (globMatches(fits, resource)) found.add(fill(parts, holder, where, resource));
        }
      }
  return [...found];
}

function fill(parts: readonly string[], holder: Holder, where: string, resource: string): string {
  const [, , service = '', regional = '', account = ''] = parts;
  return [
    'arn',
    holder.partition,
    service,
    regional === '*' ? where : regional,
    account === '*' ? holder.account : account,
    resource,
  ].join(':');
}

function concrete(pattern: string): string {
  return pattern.replaceAll('*', name).replaceAll('?', 'x');
}
