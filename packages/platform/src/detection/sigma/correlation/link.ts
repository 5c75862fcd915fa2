/**
 * Rules, filters and correlations put together: filters joined to the rules that they name, references resolved, correlations
 * in an order in which each comes behind what it is made of. What cannot be resolved is refused, with all that depends on it.
 */

import type { CorrelationRule, DetectionRule, FilterRule, RuleProblem, SigmaRule } from '../language/rule.ts';
import { fits } from '../sources/rewrite.ts';
import { decidesAtOnce } from './measure.ts';

/** What a correlation is made of: a rule by its number among the rules, or another correlation by its number. */
export type Member = { readonly rule: number } | { readonly correlation: number };

export interface LinkedCorrelation {
  readonly rule: CorrelationRule;
  /** In the order of `rule.rules`. */
  readonly members: readonly Member[];
  /** For each member the field of each part of the group key. */
  readonly groupFields: readonly (readonly string[])[];
  readonly decidesAtOnce: boolean;
  /** Fields that correlations of this one group by: read from its last event. */
  readonly carries: readonly string[];
  /** It is a finding by itself, not only a part of another. */
  readonly stands: boolean;
}

export interface Linked {
  readonly rules: readonly DetectionRule[];
  /** Rules that are findings by themselves: by number. */
  readonly stands: readonly boolean[];
  readonly correlations: readonly LinkedCorrelation[];
  readonly filters: number;
  readonly problems: readonly RuleProblem[];
}

export function link(all: readonly SigmaRule[]): Linked {
  const problems: RuleProblem[] = [];
  const byName = new Map<string, SigmaRule>();
  const kept: SigmaRule[] = [];
  for (const rule of all) {
    const taken = [rule.id, ...(rule.name === undefined ? [] : [rule.name])].find((name) => byName.has(name));
    if (taken !== undefined) {
      const other = byName.get(taken);
      problems.push(
        refused(rule, 'FB-SIGMA-DUPLICATE', `\`${taken}\` is the id or name of a rule in ${other?.file} already.`),
      );
      continue;
    }
    byName.set(rule.id, rule);
    if (rule.name !== undefined) byName.set(rule.name, rule);
    kept.push(rule);
  }
  const filters = kept.filter((rule) => rule.kind === 'filter');
  for (const filter of filters)
    if (filter.rules !== 'any')
      for (const name of filter.rules)
        if (byName.get(name)?.kind !== 'rule')
          problems.push({
            ...refused(filter, 'FB-SIGMA-REFERENCE', `The filter names \`${name}\`, and no such rule is loaded.`),
            warning: true,
          });
  const rules = kept.filter((rule) => rule.kind === 'rule').map((rule) => filtered(rule, filters));
  const numbers = new Map(rules.map((rule, number) => [rule.id, number]));
  const correlations = ordered(
    kept.filter((rule) => rule.kind === 'correlation'),
    byName,
    problems,
  );
  const places = new Map(correlations.map((rule, number) => [rule.id, number]));
  const linked = correlations.map((rule): LinkedCorrelation => {
    const members = rule.rules.map((name): Member => {
      const member = byName.get(name);
      const number = member?.kind === 'rule' ? numbers.get(member.id) : undefined;
      return number === undefined ? { correlation: places.get(member?.id ?? '') ?? -1 } : { rule: number };
    });
    const groupFields = rule.rules.map((name) => {
      const member = byName.get(name);
      return rule.groupBy.map((field) => aliased(rule, field, [name, member?.id ?? name, member?.name ?? name]));
    });
    return { rule, members, groupFields, decidesAtOnce: decidesAtOnce(rule), carries: [], stands: true };
  });
  return { rules, ...standing(rules, linked), filters: filters.length, problems };
}

/** A rule or correlation that others are made of stands for itself only where one of them says `generate`. */
function standing(
  rules: readonly DetectionRule[],
  correlations: readonly LinkedCorrelation[],
): Pick<Linked, 'stands' | 'correlations'> {
  const parents = (is: (member: Member) => boolean) => correlations.filter(({ members }) => members.some(is));
  const stands = (found: readonly LinkedCorrelation[]) => found.length === 0 || found.some(({ rule }) => rule.generate);
  const users = new Map<number, LinkedCorrelation[]>();
  for (const correlation of correlations)
    for (const member of correlation.members)
      if ('rule' in member) users.set(member.rule, [...(users.get(member.rule) ?? []), correlation]);
  return {
    stands: rules.map((_, number) => stands(users.get(number) ?? [])),
    correlations: carrying(correlations).map((correlation, number) => ({
      ...correlation,
      stands: stands(parents((member) => 'correlation' in member && member.correlation === number)),
    })),
  };
}

/** What a correlation must remember of its last event: all that its parents, and theirs, group by or measure. */
function carrying(correlations: readonly LinkedCorrelation[]): readonly LinkedCorrelation[] {
  const wanted = correlations.map(() => new Set<string>());
  for (let number = correlations.length - 1; number >= 0; number -= 1) {
    const parent = correlations[number];
    for (const [position, member] of (parent?.members ?? []).entries()) {
      if (!('correlation' in member)) continue;
      const child = wanted[member.correlation];
      for (const field of parent?.groupFields[position] ?? []) child?.add(field);
      for (const field of parent?.rule.fields ?? []) child?.add(field);
      for (const field of wanted[number] ?? []) child?.add(field);
    }
  }
  return correlations.map((correlation, number) => ({ ...correlation, carries: [...(wanted[number] ?? [])] }));
}

function aliased({ aliases }: CorrelationRule, field: string, names: readonly string[]): string {
  const alias = aliases.get(field);
  for (const name of names) {
    const found = alias?.get(name);
    if (found !== undefined) return found;
  }
  return field;
}

function filtered(rule: DetectionRule, filters: readonly FilterRule[]): DetectionRule {
  const applied = filters.filter(
    ({ rules, logsource }) =>
      fits(logsource, rule.logsource) &&
      (rules === 'any' || rules.includes(rule.id) || (rule.name !== undefined && rules.includes(rule.name))),
  );
  if (applied.length === 0) return rule;
  return {
    ...rule,
    expression: { kind: 'and', parts: [rule.expression, ...applied.map(({ expression }) => expression)] },
  };
}

/** Each behind what it is made of; without those that name nothing or go in a circle. */
function ordered(
  correlations: readonly CorrelationRule[],
  byName: ReadonlyMap<string, SigmaRule>,
  problems: RuleProblem[],
): readonly CorrelationRule[] {
  const done = new Map<string, boolean>();
  const open = new Set<string>();
  const order: CorrelationRule[] = [];
  function visit(rule: CorrelationRule, depth: number): boolean {
    const known = done.get(rule.id);
    if (known !== undefined) return known;
    const reason = reasonAgainst(rule, depth);
    if (reason !== undefined) problems.push(refused(rule, 'FB-SIGMA-REFERENCE', reason));
    else order.push(rule);
    done.set(rule.id, reason === undefined);
    return reason === undefined;
  }
  function reasonAgainst(rule: CorrelationRule, depth: number): string | undefined {
    if (depth > 50) return 'Correlations of correlations go deeper than 50.';
    open.add(rule.id);
    try {
      for (const name of rule.rules) {
        const member = byName.get(name);
        if (member === undefined || member.kind === 'filter')
          return `It names \`${name}\`, and no such rule is loaded.`;
        if (member.kind === 'rule') continue;
        if (open.has(member.id)) return `It is made of itself, by way of \`${name}\`.`;
        if (!visit(member, depth + 1)) return `It is made of \`${name}\`, which was refused.`;
      }
      return undefined;
    } finally {
      open.delete(rule.id);
    }
  }
  for (const rule of correlations) visit(rule, 0);
  return order;
}

function refused({ file, line }: SigmaRule, code: RuleProblem['code'], reason: string): RuleProblem {
  return { code, file, line, reason };
}
