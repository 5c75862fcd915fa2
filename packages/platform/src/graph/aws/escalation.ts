/**
 * A way to gain more in AWS, declared: what must be allowed, on what, and what it gains. One file in `graph/edges/aws/` is
 * one way; this is the one place that turns such a declaration into edges.
 *
 * What must stay true:
 * - every step is decided exactly by `evaluate.ts`; a step that is denied means no edge, one that depends means an edge with
 *   lower odds and a note that says on what;
 * - steps that concern one new thing are all decided for one and the same name of it;
 * - where a thing must exist and its kind was read, only the things found count; where it was not read, one is presumed,
 *   with lower odds and a note;
 * - of several ways from the same identity to the same gain, one that asks for more says so instead of one that asks for
 *   less (`coveredBy`): "replaces a key" is not also reported as "makes a key". Reach is the same.
 *
 * Whoever holds the whole account already has nothing to gain in it and is left out; AWS's own service-linked roles are held
 * by nobody.
 */
import type { DerivedEdge, EdgeRule, Estate, FactId, FactKind, NodeId, TraverseTime } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { administratorsOf, together, wholeAccountPolicies } from './administrators.ts';
import { type AwsDecision, awsAuthorizer } from './evaluate.ts';
import { type Holder, holdersOf } from './holders.ts';
import { quarantine } from './levers.ts';
import { identityNeeds } from './needs.ts';
import { leastPool, type Pool } from './pool.ts';
import { known, type Population } from './resources-with-roles.ts';
import type { Target } from './target.ts';
import { isUniform } from './uniform.ts';
import { witnesses } from './witness.ts';

export type Targets = (estate: Estate, holder: Holder) => Iterable<Target | Pool>;

export interface Step {
  readonly action: string;
  /**
   * `*` for actions that know no resource; a shape of ARNs for a thing that the caller makes or of which any will do; else
   * the name of one of the target's ARNs.
   */
  readonly on: string;
  readonly context?: Readonly<Record<string, string>>;
  /** It attaches a policy: any that gives the whole account will do. */
  readonly attaches?: boolean;
  /** Only what the caller's account lets it do; what the other side lets in is the target's to decide. */
  readonly ownSide?: boolean;
}

export interface Escalation {
  readonly label: string;
  /** The same way at pathfinding.cloud. */
  readonly pathfinding?: string;
  readonly techniques?: readonly string[];
  readonly traverse?: TraverseTime;
  readonly what: string;
  readonly why: string;
  readonly cut: string;
  readonly to: readonly string[];
  readonly target: Targets;
  readonly steps: readonly Step[];
  /** Kinds of thing of which one must exist, whichever; steps may name their shape. */
  readonly exists?: readonly Population[];
  /** Fact kinds beyond identities and policies. */
  readonly needs?: readonly FactKind[];
  readonly coveredBy?: readonly EscalationRule[];
}

/** An edge rule that remembers what it was made of. */
export interface EscalationRule extends EdgeRule {
  readonly escalation: Escalation;
}

/** Odds of a step on something that nobody looked for. */
const presumedOdds = 0.5;
/** Odds of a step that depends on what nobody can know. */
const dependentOdds = 0.5;

/** The rule of a declared way. */
export function escalation(given: Escalation): EscalationRule {
  const derive = perEstate((estate) => uncovered(given, estate, [...ways(given, estate)]));
  return {
    label: given.label,
    from: ['User', 'Role', 'Group'],
    to: given.to,
    needs: [...identityNeeds, ...(given.needs ?? [])],
    techniques: given.techniques ?? ['T1098'],
    traverse: given.traverse ?? 'minutes',
    explain: { what: given.what, why: given.why, cut: given.cut },
    ...(given.pathfinding === undefined ? {} : { aka: { pathfinding: given.pathfinding } }),
    severedBy: ['aws.quarantine-identity'],
    levers: quarantine,
    derive,
    escalation: given,
  };
}

function uncovered(given: Escalation, estate: Estate, edges: readonly DerivedEdge[]): readonly DerivedEdge[] {
  const larger = given.coveredBy ?? [];
  if (edges.length === 0 || larger.length === 0) return edges;
  const covered = new Map<string, number>();
  const covering = new Set<NodeId>();
  for (const rule of larger)
    for (const { from, to, likelihood = 1 } of rule.derive(estate, {})) {
      covering.add(from);
      const key = coverKey(from, to);
      covered.set(key, Math.max(likelihood, covered.get(key) ?? 0));
    }
  if (covering.size === 0) return edges;
  const isOpen = ({ from, to, likelihood = 1 }: DerivedEdge) => (covered.get(coverKey(from, to)) ?? 0) < likelihood;
  return edges.filter(isOpen).flatMap((edge) => {
    if (typeof edge.to === 'string' || !covering.has(edge.from)) return [edge];
    // The larger way reaches some of the group: what it leaves is told one by one.
    const members = [...edge.to.members()].map(({ node, facts }) => ({
      ...edge,
      to: node,
      facts: [...new Set([...edge.facts, ...facts])],
    }));
    const open = members.filter(isOpen);
    return open.length === members.length ? [edge] : open;
  });
}

function coverKey(from: NodeId, to: DerivedEdge['to']): string {
  return `${from} ${typeof to === 'string' ? to : `group:${to.key}`}`;
}

function* ways(given: Escalation, estate: Estate): Generator<DerivedEdge> {
  const { mayDo } = awsAuthorizer(estate);
  const administrators = administratorsOf(estate);
  const holders = holdersOf(estate);
  const [fewest, ...others] = given.steps.map(({ action }) => mayDo(action)).sort((a, b) => a.size - b.size);
  for (const id of fewest ?? []) {
    const holder = holders.get(id);
    if (holder === undefined || holder.serviceLinked || administrators.get(id)?.decision === 'allow') continue;
    if (!others.every((able) => able.has(id))) continue;
    const loose = looseSteps(given, estate, holder);
    if (loose === undefined) continue;
    for (const target of given.target(estate, holder))
      if ('members' in target) yield* edgesIntoPool(given, estate, holder, target, loose);
      else yield* edgesOf(given, estate, holder, target, loose);
  }
}

interface Decided {
  readonly decision: AwsDecision;
  readonly presumes: readonly string[];
  readonly facts: readonly FactId[];
}

/** The steps that do not concern the target, decided once for a holder. Undefined when one is denied. */
function looseSteps(given: Escalation, estate: Estate, holder: Holder): Decided | undefined {
  const decisions: AwsDecision[] = [];
  const presumes: string[] = [];
  const facts: FactId[] = [];
  const byShape = new Map<string, Step[]>();
  for (const step of given.steps) {
    if (step.on === '*') decisions.push(decideStep(estate, holder, step, '*', {}));
    else if (step.on.startsWith('arn:')) byShape.set(step.on, [...(byShape.get(step.on) ?? []), step]);
  }
  for (const population of given.exists ?? []) {
    const things = known(estate, population, holder.account);
    const steps = byShape.get(population.shape) ?? [];
    byShape.delete(population.shape);
    if (things === 'unread') {
      presumes.push(population.noun);
      decisions.push(decideTogether(estate, holder, steps, witnesses(holder, population.shape, actionsOf(steps)), {}));
    } else {
      const [first] = things;
      if (first === undefined) return undefined;
      facts.push(...first.facts);
      decisions.push(
        decideTogether(
          estate,
          holder,
          steps,
          things.map(({ arn }) => arn),
          {},
        ),
      );
    }
  }
  for (const [shape, steps] of byShape)
    decisions.push(decideTogether(estate, holder, steps, witnesses(holder, shape, actionsOf(steps)), {}));
  const decision = together(decisions);
  return decision.decision === 'deny' ? undefined : { decision, presumes, facts };
}

function actionsOf(steps: readonly Step[]): readonly string[] {
  return steps.map(({ action }) => action);
}

/** One edge to all of them where one decision stands for all. */
function* edgesIntoPool(
  given: Escalation,
  estate: Estate,
  holder: Holder,
  pool: Pool,
  loose: Decided,
): Generator<DerivedEdge> {
  const { also } = pool;
  const others = pool.members
    .filter(({ gains }) => gains[0] !== holder.id)
    .map((target) => (also === undefined ? target : { ...target, also: () => also(target) }));
  const onTarget = given.steps.filter(({ on }) => on !== '*' && !on.startsWith('arn:'));
  const alike = [...actionsOf(onTarget), ...pool.actions].every((action) => isUniform(estate, holder, action));
  if (others.length < leastPool || !alike) {
    for (const target of others) yield* edgesOf(given, estate, holder, target, loose);
    return;
  }
  const [one] = others;
  if (one === undefined) return;
  // Its own facts are told by its membership.
  const [edge] = edgesOf(given, estate, holder, { ...one, facts: [] }, loose);
  if (edge === undefined) return;
  const own = pool.blockOf.get(holder.id);
  if (own === undefined) {
    yield { ...edge, to: pool.whole };
    return;
  }
  for (const [number, { group, members }] of pool.blocks.entries())
    if (number !== own) yield { ...edge, to: group };
    else for (const { gains } of members) for (const to of gains) if (to !== holder.id) yield { ...edge, to };
}

function* edgesOf(
  given: Escalation,
  estate: Estate,
  holder: Holder,
  target: Target,
  loose: Decided,
): Generator<DerivedEdge> {
  const bySlot = new Map<string, Step[]>();
  for (const step of given.steps)
    if (step.on !== '*' && !step.on.startsWith('arn:')) bySlot.set(step.on, [...(bySlot.get(step.on) ?? []), step]);
  const decisions: AwsDecision[] = [loose.decision];
  for (const [slot, steps] of bySlot) {
    // A thing that is presumed has any name that the policies allow.
    const arns = (target.arns[slot] ?? []).flatMap((arn) =>
      arn.includes('*') ? witnesses(holder, arn, actionsOf(steps)) : [arn],
    );
    const one = decideTogether(estate, holder, steps, arns, target.context ?? {});
    if (one.decision === 'deny') return;
    decisions.push(one);
  }
  const also = target.also?.();
  if (also?.decision === 'deny') return;
  if (also !== undefined) decisions.push(also);
  const decided = together(decisions);
  const keys = new Set([...decided.keys, ...(target.given ?? []).flatMap((each) => each.keys)]);
  const depends = decided.decision === 'depends' || (target.given ?? []).some(({ decision }) => decision === 'depends');
  const presumes = [...loose.presumes, ...(target.presumes === undefined ? [] : [target.presumes])];
  const likelihood = (depends ? dependentOdds : 1) * presumedOdds ** Math.min(presumes.length, 2);
  const remarks = [
    ...(target.note === undefined ? [] : [target.note]),
    ...(depends ? [`depends on ${[...keys].sort().join(', ')}`] : []),
    ...(presumes.length > 0 ? [`presumes ${presumes.join(' and ')}: not read`] : []),
  ];
  const facts = [...new Set([...decided.facts, ...target.facts, ...loose.facts])];
  for (const to of target.gains)
    yield {
      from: holder.id,
      to,
      facts,
      ...(likelihood === 1 ? {} : { likelihood }),
      ...(remarks.length === 0 ? {} : { note: remarks.join('; ') }),
    };
}

/** All steps on one of the alternatives, the best of them. */
function decideTogether(
  estate: Estate,
  holder: Holder,
  steps: readonly Step[],
  arns: readonly string[],
  context: Readonly<Record<string, string>>,
): AwsDecision {
  let best: AwsDecision = { decision: 'deny', because: [], facts: [], keys: [] };
  if (steps.length === 0) return { ...best, decision: 'allow' };
  for (const arn of arns) {
    const all = together(steps.map((step) => decideStep(estate, holder, step, arn, context)));
    if (all.decision === 'allow') return all;
    if (all.decision === 'depends' && best.decision === 'deny') best = all;
  }
  return best;
}

function decideStep(
  estate: Estate,
  holder: Holder,
  step: Step,
  resource: string,
  context: Readonly<Record<string, string>>,
): AwsDecision {
  const ask = (more: Readonly<Record<string, string>>) =>
    awsAuthorizer(estate).decide({
      principal: holder.id,
      action: step.action,
      resource,
      context: { ...step.context, ...context, ...more },
      ...(step.ownSide === true ? { resourceAccount: holder.account } : {}),
      // Whoever names a new thing also says where.
      ...(step.on.startsWith('arn:') ? { free: ['aws:RequestedRegion'] } : {}),
    });
  if (step.attaches !== true) return ask({});
  let best: AwsDecision | undefined;
  for (const policy of wholeAccountPolicies(estate, holder)) {
    const found = ask({ 'iam:PolicyARN': policy });
    if (found.decision === 'allow') return found;
    if (best === undefined || best.decision === 'deny') best = found;
  }
  return best ?? ask({});
}
