/**
 * Expressions inside programs. GitHub puts the value of `${{ … }}` into the text of a script before anything runs it, so whoever
 * chooses the value writes part of the program. How dangerous it is depends on who chooses: anybody with an account (a title, a
 * branch name), whoever calls (inputs), an earlier step, or nobody (a commit id).
 *
 * Follows what others call `template-injection` (zizmor, MIT).
 */
import { type Found, markWithin, type SourceText, type StateDetector } from '@firebreak/contract';
import { isChosen, outsiderEvents } from '../../../graph/github/attacker-text.ts';
import { type Embedded, embeddedIn, emitted, references } from '../../../graph/github/expression.ts';
import { programsOf } from '../../../graph/github/script-inputs.ts';
import { foundAt, type StepPlace, stepsOf, workflowNeeds } from '../workflow-files.ts';

export default {
  id: 'template-injection',
  status: 'stable',
  severity: 'high',
  title: 'Foreign text becomes part of a program',
  needs: workflowNeeds,
  techniques: ['T1059', 'T1195.002'],
  explain: {
    what: 'Whoever chooses the text runs commands in the job, with its token and secrets.',
    why: 'An expression stands inside of a script, and its value is put in before the script runs.',
    next: 'Hand the value over as an environment variable and quote the variable in the script.',
  },
  *detect(estate) {
    for (const place of stepsOf(estate))
      for (const { text: program } of programsOf(place.step))
        for (const embedded of embeddedIn(program.value)) yield* judged(place, program, embedded);
  },
} satisfies StateDetector;

function* judged(place: StepPlace, program: SourceText, { source, offset, expression }: Embedded): Generator<Found> {
  const contexts = new Set(emitted(expression));
  if (contexts.size === 0) {
    // Only fixed texts can come out, but they are chosen by what is read.
    if (references(expression).length > 0)
      yield foundAt(place.fact, markWithin(program, offset), { note: source, severity: 'info', thorough: true });
    return;
  }
  const lower = source.toLowerCase();
  for (const context of contexts) {
    const danger = dangerOf(context, place);
    if (danger === undefined) continue;
    const at = Math.max(0, lower.indexOf(context));
    yield foundAt(place.fact, markWithin(program, offset + at), { note: context, ...danger });
  }
}

type Danger = Pick<Found, 'severity' | 'thorough'>;
const high: Danger = { severity: 'high' };
const medium: Danger = { severity: 'medium' };
const low: Danger = { severity: 'low' };
const barely: Danger = { severity: 'info', thorough: true };

/** Who chooses what a context holds; undefined when nobody can make a program of it. */
function dangerOf(context: string, place: StepPlace): Danger | undefined {
  const [root, name = ''] = context.split('.');
  switch (root) {
    case 'github':
      return ofGithub(context);
    case 'inputs':
      return ofInput(name, place);
    case 'env':
      return ofEnvironment(name, place);
    case 'matrix':
      return ofMatrix(name, place);
    case 'steps':
      return context.includes('.outputs') ? low : undefined;
    case 'needs':
      return context.includes('.outputs') ? low : barely;
    case 'runner':
    case 'job':
    case 'strategy':
      return undefined;
    case 'secrets':
    case 'vars':
      return barely;
    default:
      return low;
  }
}

/** Numbers, commit ids, flags and what GitHub itself chooses. */
const harmless =
  /^github\.(?:action_path|action|server_url|api_url|graphql_url|job|run_id|run_number|run_attempt|sha|workspace|repository_id|repository_owner_id|actor_id|retention_days|secret_source|workflow_sha|ref_type|ref_protected|event\.(?:[\w.*-]+\.)?(?:number|id|node_id|sha|merge_commit_sha|fork|draft|merged|private|before|after|size))$/;
/** Names that people with rights in the repository give, or that cannot hold what a shell would take for more than a name. */
const insiders =
  /^github\.(?:actor|triggering_actor|event_name|repository|repository_owner|workflow|workflow_ref|event_path|event\.(?:action|repository\.[\w.]+|organization\.[\w.]+|sender\.[\w.]+))$/;

function ofGithub(context: string): Danger | undefined {
  if (harmless.test(context)) return undefined;
  if (insiders.test(context)) return barely;
  if (outsiderEvents.some((event) => isChosen(event, context)) || /^github\.event\.client_payload/.test(context))
    return high;
  return low;
}

/** An action's input is chosen by whoever uses it; a workflow's by its caller, or by somebody who may start it. */
function ofInput(name: string, { fact, workflow }: StepPlace): Danger | undefined {
  const declared =
    fact.kind === 'github.action'
      ? fact.data.inputs
      : (workflow?.on ?? []).flatMap(({ event, inputs }) =>
          event === 'workflow_call' ? inputs : inputs.map((each) => ({ ...each, dispatch: true })),
        );
  const found = declared.find((each) => each.name.toLowerCase() === name);
  if (found === undefined) return low;
  if (found.type === 'boolean' || found.type === 'number' || found.type === 'choice') return undefined;
  return 'dispatch' in found ? low : high;
}

/** The innermost value counts; a fixed one is nobody's choice. */
function ofEnvironment(name: string, { fact, workflow, job, step }: StepPlace): Danger | undefined {
  const layers = [step.env, job?.env ?? [], workflow?.env ?? [], fact.kind === 'github.action' ? fact.data.env : []];
  const entry = layers.flat().find(({ key }) => key.toLowerCase() === name);
  return entry !== undefined && embeddedIn(entry.text.value).length === 0 ? undefined : low;
}

function ofMatrix(name: string, { job }: StepPlace): Danger | undefined {
  const strategy = job?.strategy;
  if (strategy === undefined || strategy.expression !== undefined) return medium;
  const dimension = strategy.dimensions.find(({ key }) => key.toLowerCase() === name);
  const rows = strategy.include.flat().filter(({ key }) => key.toLowerCase() === name);
  const texts = [
    ...(dimension?.values ?? []),
    ...rows.map(({ text }) => text),
    ...(dimension?.text === undefined ? [] : [dimension.text]),
  ];
  return texts.some(({ value }) => embeddedIn(value).length > 0) ? medium : barely;
}
