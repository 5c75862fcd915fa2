/**
 * A playbook laid over an estate: which way through its workflow is taken, what of it is pulled, what is left to people, and the plan that
 * comes of it. Pure but for the moment it is given. The plan is a plan like any other: it is shown, checked, approved, journalled, probed
 * and undone by the code that does so for all plans, and `contained` is what a fresh certificate grants, whatever a playbook calls itself.
 */
import {
  type AnyAction,
  FirebreakError,
  type Lever,
  lever,
  type Plan,
  type PlaybookProblem,
  type PlaybookRun,
  type PlaybookStep,
  type PlaybookWish,
} from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { queryNodes } from '../inventory/query/query.ts';
import type { Solver } from '../planning/hitting-set.ts';
import { makePlan } from '../planning/make-plan.ts';
import type { Command, LeafStep, Playbook } from './cacao.ts';
import { extensionId, type StepExtension, stepExtensionSchema } from './extension.ts';
import { type FoundLever, LeverFinder } from './lever-finder.ts';
import { type GivenLever, planOfLevers } from './plan-of-levers.ts';
import { readPlaybook } from './read-playbook.ts';
import { reportOn } from './report.ts';
import {
  filledIn,
  filledQuery,
  filledWithin,
  missingIn,
  quotedInQuery,
  textsWithin,
  type Variables,
  variablesOf,
} from './variables.ts';
import { wayThrough } from './way.ts';

/** Things that one step is applied to, at the most. */
const mostTargets = 200;
const candidatesShown = 20;

export interface Ground {
  readonly graph: AttackGraph;
  readonly actions: readonly AnyAction[];
  readonly solver: Solver;
  readonly now: Date;
}

/**
 * @throws FirebreakError with the code of the first problem that is an error, and all of them in its detail; and what the planner says
 */
export function layOver(wish: PlaybookWish, ground: Ground): PlaybookRun {
  const read = readPlaybook(wish.document);
  const { playbook, digest } = read;
  if (playbook === undefined || digest === undefined) throw refused(read.problems);
  const { problems, signatures } = reportOn(wish.document, ground.now);
  if (problems.some(isError)) throw refused(problems);

  const variables = variablesOf(playbook, wish.variables);
  const compromised = compromisedOf(wish, variables, ground);
  const protect = wish.protect ?? variables.get('__protect__') ?? 'default';
  const way = wayThrough(playbook, variables, wish.decisions);
  const mapping = new Mapping(ground, compromised, withOwn(variables, protect, ground.graph, compromised));
  for (const { id, step, variables: own } of way.steps) mapping.take(id, step, own);
  const all = [...problems, ...way.problems, ...mapping.problems];
  if (all.some(isError)) throw refused(all);
  return {
    playbook: { id: playbook.id, name: playbook.name, digest },
    steps: mapping.confirmed(),
    notes: [...way.notes],
    problems: all,
    signatures,
    plan: planOf(mapping, { playbook, digest, compromised, protect }, ground),
  };
}

function isError({ weight }: PlaybookProblem): boolean {
  return weight === 'error';
}

function refused(problems: readonly PlaybookProblem[]): FirebreakError {
  const errors = problems.filter(isError);
  const [first] = errors;
  const more = errors.length > 1 ? ` And ${errors.length - 1} more.` : '';
  return new FirebreakError(
    (first?.code ?? 'FB-PLAYBOOK-INVALID') as FirebreakError['code'],
    `${first?.where ?? 'the document'}: ${first?.what ?? 'wrong form.'}${more}`,
    { detail: { problems: errors.slice(0, 20) } },
  );
}

/** Who is compromised: as the caller says, else as the playbook's variable says. @throws FirebreakError FB-PLAYBOOK-VARIABLE */
function compromisedOf(wish: PlaybookWish, variables: Variables, { graph, now }: Ground): number[] {
  const own = variables.get('__compromised__') ?? null;
  const said = wish.compromised.length > 0 ? wish.compromised : own === null ? [] : [own];
  if (said.length === 0)
    throw new FirebreakError('FB-PLAYBOOK-VARIABLE', 'What does the attacker hold? Give --compromised.');
  const found = new Set(said.flatMap((text) => nodesMeant(graph, text, now)));
  return [...found].sort((a, b) => a - b);
}

/** A node by id or name, else whatever a query means. @throws FirebreakError FB-NODE-UNKNOWN, FB-NODE-AMBIGUOUS, FB-QUERY-INVALID */
function nodesMeant(graph: AttackGraph, text: string, now: Date): readonly number[] {
  if (!/[\s=()]/.test(text.trim())) return [graph.resolve(text.trim())];
  if (graph.indexOf.has(text)) return [graph.resolve(text)];
  const nodes = queryNodes(graph, text, now);
  if (nodes.length === 0)
    throw new FirebreakError('FB-NODE-UNKNOWN', `Nothing is ${JSON.stringify(text.slice(0, 200))}.`);
  if (nodes.length > mostTargets)
    throw new FirebreakError(
      'FB-PLAYBOOK-AMBIGUOUS',
      `${JSON.stringify(text.slice(0, 200))} means ${nodes.length} nodes.`,
    );
  return nodes;
}

/** What every playbook of ours may count on: who is compromised and what is protected, as queries. */
function withOwn(variables: Variables, protect: string, graph: AttackGraph, compromised: readonly number[]): Variables {
  const ids = compromised.map((node) => quotedInQuery(graph.nodeAt(node).id)).join(', ');
  return new Map([...variables, ['__compromised__', `id in (${ids})`], ['__protect__', protect]]);
}

class Mapping {
  readonly problems: PlaybookProblem[] = [];
  readonly given: GivenLever[] = [];
  cut: NonNullable<StepExtension['cut']> | undefined;
  readonly #steps: PlaybookStep[] = [];
  readonly #ground: Ground;
  readonly #finder: LeverFinder;
  readonly #own: Variables;
  readonly #actions: ReadonlyMap<string, AnyAction>;

  constructor(ground: Ground, compromised: readonly number[], own: Variables) {
    this.#ground = ground;
    this.#finder = new LeverFinder(ground.graph, compromised);
    this.#own = own;
    this.#actions = new Map(ground.actions.map((action) => [action.id, action]));
  }

  take(id: string, step: LeafStep, stepVariables: Variables): void {
    const variables = new Map([...stepVariables, ...this.#own]);
    const parsed = stepExtensionSchema.safeParse(step.step_extensions?.[extensionId] ?? {});
    const said: StepExtension = parsed.success ? parsed.data : {};
    const head = { step: id, name: (step.name ?? id).slice(0, 300), levers: [], notRun: null, confirm: false };
    if (said.cut !== undefined) {
      this.cut ??= said.cut;
      const kind = said.cut.variant ?? 'cheapest';
      this.#steps.push({
        ...head,
        becomes: 'cut',
        text: `The ${kind} provable cut from what is compromised to what is protected.`,
      });
    } else if (said.lever !== undefined) {
      const found = this.#leversOf(id, said, variables);
      if (found === undefined) return;
      this.given.push(...found.map((each) => ({ lever: each.lever, why: `The playbook: ${head.name}.` })));
      const levers = found.map((each) => ({ ...each.lever, title: this.#titleOf(each) }));
      const nothing = levers.length === 0;
      const text = nothing ? 'The estate has nothing that it applies to.' : levers.map(({ title }) => title).join('; ');
      this.#steps.push({ ...head, becomes: nothing ? 'nothing' : 'levers', text: text.slice(0, 5000), levers });
    } else this.#byHand(head, step, variables);
  }

  /** The steps, with whether somebody must confirm those that people do before something is pulled. */
  confirmed(): PlaybookStep[] {
    const last = this.#steps.findLastIndex(({ becomes }) => becomes === 'cut' || becomes === 'levers');
    return this.#steps.map((step, at) => ({ ...step, confirm: step.becomes === 'manual' && at < last }));
  }

  #byHand(head: Pick<PlaybookStep, 'step' | 'name' | 'levers'>, step: LeafStep, variables: Variables): void {
    const commands = step.type === 'action' ? step.commands : [];
    const foreign = commands.find(({ type }) => type !== 'manual');
    const texts =
      step.type === 'playbook-action'
        ? [`Run the playbook ${step.playbook_id}.`]
        : commands.map((command) => textOf(command, variables));
    this.#steps.push({
      ...head,
      becomes: 'manual',
      text: texts.join('\n').slice(0, 5000),
      notRun: foreign?.type ?? (step.type === 'playbook-action' ? 'playbook-action' : null),
      confirm: false,
    });
  }

  #titleOf({ lever: { action }, params }: FoundLever): string {
    return this.#actions.get(action)?.describe(params) ?? action;
  }

  #leversOf(id: string, said: StepExtension, variables: Variables): readonly FoundLever[] | undefined {
    const asked = said.lever as NonNullable<StepExtension['lever']>;
    const action = this.#actions.get(asked.action);
    if (action === undefined) {
      if (said.optional === true) return [];
      return this.#wrong('FB-PLAYBOOK-LEVER', id, `No open source has the action ${asked.action}.`);
    }
    const missing = [...textsWithin([said.select, said.from, asked.params])]
      .map((text) => missingIn(text, variables))
      .find(Boolean);
    if (missing !== undefined) return this.#wrong('FB-PLAYBOOK-VARIABLE', id, `${missing} has no value.`);
    if (said.select !== undefined || said.from !== undefined) return this.#selected(id, action, said, variables);
    const params = action.params.safeParse(filledWithin(asked.params, variables));
    if (params.success)
      return [
        foundLever(action, lever(action.id, filledWithin(asked.params, variables) as Lever['params']), params.data),
      ];
    const [issue] = params.error.issues;
    return this.#wrong(
      'FB-PLAYBOOK-LEVER',
      id,
      `${action.id} at ${issue?.path.join('.') || 'the top'}: ${issue?.message}.`,
    );
  }

  #selected(
    id: string,
    action: AnyAction,
    said: StepExtension,
    variables: Variables,
  ): readonly FoundLever[] | undefined {
    const { graph, now } = this.#ground;
    let meant: ReadonlySet<string>;
    try {
      const query = filledQuery(said.select ?? said.from ?? '', variables);
      meant = new Set(queryNodes(graph, query, now).map((node) => graph.nodeAt(node).id));
    } catch (error) {
      if (!(error instanceof FirebreakError)) throw error;
      return this.#wrong(error.code, id, error.why);
    }
    const found = this.#finder
      .of(action)
      .filter(({ target, from }) =>
        said.from === undefined ? meant.has(target) : [...from].some((id) => meant.has(id)),
      );
    const list = found
      .slice(0, candidatesShown)
      .map((each) => this.#titleOf(each))
      .join('; ');
    if (found.length === 0)
      return said.optional === true
        ? []
        : this.#wrong(
            'FB-PLAYBOOK-AMBIGUOUS',
            id,
            `${action.id} can be pulled on nothing of the ${meant.size} nodes that it means.`,
          );
    if (found.length > 1 && said.every !== true)
      return this.#wrong(
        'FB-PLAYBOOK-AMBIGUOUS',
        id,
        `It means ${found.length} things, and one is asked for: ${list}.`,
      );
    if (found.length > mostTargets)
      return this.#wrong(
        'FB-PLAYBOOK-AMBIGUOUS',
        id,
        `It means ${found.length} things, more than ${mostTargets}: ${list}, ….`,
      );
    return found;
  }

  #wrong(code: FirebreakError['code'], where: string, what: string): undefined {
    this.problems.push({ code, weight: 'error', where, what });
    return undefined;
  }
}

function foundLever(action: AnyAction, pulled: Lever, params: unknown): FoundLever {
  return { lever: pulled, params, target: action.target(params).id, from: new Set() };
}

function textOf({ type, command, command_b64: encoded, content }: Command, variables: Variables): string {
  const text = command ?? (encoded === undefined ? (content ?? '') : Buffer.from(encoded, 'base64').toString('utf8'));
  const filled = filledIn(text, variables);
  return type === 'manual' ? filled : `Not run here, ${type}: ${filled}`;
}

function planOf(
  mapping: Mapping,
  about: { playbook: Playbook; digest: string; compromised: readonly number[]; protect: string },
  { graph, actions, solver }: Ground,
): Plan {
  const { compromised, protect, playbook, digest } = about;
  if (mapping.cut === undefined)
    return planOfLevers(graph, {
      compromised,
      protect,
      levers: mapping.given,
      actions,
      from: { name: playbook.name, digest },
    });
  const { variant } = mapping.cut;
  const pin = [...new Set(mapping.given.map(({ lever: { key } }) => key))];
  return makePlan(graph, { compromised, protect, actions, pin, ...(variant === undefined ? {} : { variant }) }, solver);
}
