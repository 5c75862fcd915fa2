import {
  FirebreakError,
  type Plan,
  type PlanChoice,
  type PlanStep,
  type PlanVariant,
  planVariants,
} from '@firebreak/contract';
import { type Command, Option } from 'commander';
import { atWork, type CommandLine } from '../command-line.ts';
import { describeChecks } from '../output.ts';
import { readPlan } from '../plan-file.ts';
import { bold, dim, green, joined, red, type Shown, show, table, yellow } from '../shown.ts';
import { openSource, repeated, type SourceOptions, withJson, withSource } from '../source-options.ts';
import { startingPoints } from '../starting-points.ts';
import { describePath } from './paths.ts';
import { scopeWords } from './scope.ts';

interface PlanOptions extends SourceOptions {
  compromised?: string[];
  protect?: string[];
  forbid?: string[];
  pin?: string[];
  variant?: PlanVariant;
  compare?: boolean;
  reasons?: boolean;
  json?: boolean;
}

/** `firebreak plan` and `firebreak plan check`. */
export function planCommands(program: Command, cli: CommandLine): void {
  const { world, output } = cli;
  const plan = withJson(withSource(program.command('plan')))
    .description('the cheapest set of reversible steps that provably cuts the attacker off')
    .option('--compromised <node>', 'what the attacker holds; may be repeated', repeated)
    .option(
      '--protect <selector>',
      'what must stay out of reach; may be repeated (default: the crown jewels)',
      repeated,
    )
    .option(
      '--forbid <lever>',
      'a lever that must not be used, by its key, as `action name=value …`, or a whole action; may be repeated',
      repeated,
    )
    .option(
      '--pin <lever>',
      'a lever that must be used, by its key or as `action name=value …`; may be repeated',
      repeated,
    )
    .addOption(new Option('--variant <kind>', 'what kind of plan (default: cheapest)').choices(planVariants))
    .option('--compare', 'all variants side by side: risk, outage, time, and which nothing else beats')
    .option('--reasons', 'open every cost to its reasons')
    // what stands behind `check` is the business of `check`
    .enablePositionalOptions()
    .action(async (options: PlanOptions) => {
      const { compromised, protect = ['default'], forbid = [], pin = [], variant } = options;
      if (compromised === undefined) throw new FirebreakError('FB-USAGE', '--compromised is missing.');
      if (options.compare && variant !== undefined)
        throw new FirebreakError('FB-USAGE', '--compare shows all variants: leave --variant away.');
      const source = await openSource(cli, options);
      startingPoints(source.graph(), compromised, output);
      const request = {
        compromised,
        protect: protect.join(';'),
        forbid,
        pin,
        ...(variant === undefined ? {} : { variant }),
      };
      if (options.compare) {
        const choice = await atWork(cli, 'Comparing plans', () => world.comparePlans(source, request));
        await (options.json ? output.json(choice) : output.text(describeChoice(choice)));
        output.limited(choice.completeness);
        return;
      }
      const made = await atWork(cli, 'Planning', () => world.plan(source, request));
      if (options.json) await output.json(made);
      else await output.text(describePlan(made, options.reasons === true));
      output.limited(made.completeness);
    });

  withJson(withSource(plan.command('check <file>')))
    .description('check a plan independently of the planner; - reads standard input')
    .action(async (file: string, own: SourceOptions & { json?: boolean }) => {
      const { compromised, protect, forbid, pin, variant, ...before } = plan.opts<PlanOptions>();
      if ([compromised, protect, forbid, pin, variant].some((given) => given !== undefined))
        throw new FirebreakError('FB-USAGE', 'A check takes what is compromised and protected from the plan.');
      const options = { ...before, ...own };
      const checked = await readPlan(file, cli.terminal);
      const source = await openSource(cli, options);
      const report = await atWork(cli, 'Checking', (signal) => world.check(checked, source, signal));
      if (options.json) await output.json(report);
      else await output.text(describeChecks(report.checks));
      if (!report.ok) output.checkFailed();
      output.limited(report.completeness);
    });
}

const verdicts: Record<Plan['verdict'], string> = {
  contained: 'After these steps nothing protected can be reached.',
  partial: 'These steps cut what can be cut; some paths stay open, see below.',
  'nothing-to-cut': 'Nothing protected can be reached; the steps only secure evidence and held credentials.',
};

function describePlan(plan: Plan, reasons: boolean): Shown {
  const { cutCost, totalCost, lowerBound, gap, digest, scope, leftOut = [] } = plan;
  const proof = gap === 0 ? 'proven cheapest' : `lower bound ${lowerBound}, gap ${(gap * 100).toFixed(1)} %`;
  return joined([
    show`${plan.exposure.protectedReachable} protected nodes are within reach. ${verdicts[plan.verdict]}`,
    ...plan.steps.map((step) => describeStep(step, reasons)),
    show`Cut cost ${cutCost} (${proof}), with all steps ${totalCost}. Digest ${digest}`,
    ...(scope === undefined ? [] : [show`${bold(scopeWords[scope.answer])} ${scope.reasons.join(' ')}`]),
    ...leftOut.map(({ title, why, instead }) => show`left out: ${title}\n  ${yellow(why)} ${instead}`),
    ...plan.uncut.map(({ path, missing }) => show`${describePath(path)}\n  ${yellow(missing)}`),
  ]);
}

function describeChoice({ options }: PlanChoice): Shown {
  return joined([
    table(
      ['plan', 'risk', 'outage', 'minutes', 'cost', 'steps', ''],
      options.map(({ name, risk, outage, seconds, front, plan }) => [
        name,
        risk.toFixed(1),
        outage,
        (seconds / 60).toFixed(1),
        plan?.totalCost ?? 0,
        plan?.steps.length ?? 0,
        front ? green('nothing beats it') : dim('beaten'),
      ]),
    ),
    ...options.map(({ name, why }) => show`${bold(name)}: ${why}`),
    show`Risk: expected loss by the attacker race, in points of business impact. Outage: points of legitimate use interrupted.`,
  ]);
}

/** How many of those whom the same befalls are named. */
const NAMED = 4;

/** One line for all whom the same befalls. */
function breaks(interrupts: PlanStep['interrupts']): readonly Shown[] {
  return [...Map.groupBy(interrupts, ({ what }) => what)].map(([what, all]) => {
    const named = joined(
      all.slice(0, NAMED).map(({ who }) => show`${who.kind} ${who.name}`),
      ', ',
    );
    const more = all.length > NAMED ? show` and ${all.length - NAMED} more` : show``;
    return show`     breaks  ${named}${more}: ${what}`;
  });
}

function describeStep(
  { ordinal, title, stage, reason, drastic, why, interrupts, restarts, reversal, cost, reasons = [], wave }: PlanStep,
  open: boolean,
): Shown {
  const marks = [
    ...(wave === undefined ? [] : [show`wave ${wave}`]),
    show`${stage}`,
    ...(reason === 'cut' ? [show`cut`] : []),
    ...(drastic ? [red('drastic: two persons')] : []),
  ];
  const pods = joined(
    restarts.map(({ id }) => show`${id}`),
    ', ',
  );
  return joined([
    show`${String(ordinal).padStart(3)}. ${bold(title)}  ${dim(show`[${joined(marks, ', ')}]`)}`,
    show`     why     ${why}`,
    ...breaks(interrupts),
    ...(restarts.length > 0 ? [show`     restart ${pods}`] : []),
    show`     undo    ${reversal.how}`,
    ...(open
      ? [
          show`     cost    ${cost}`,
          ...reasons.map(({ what, points }) => show`${String(points).padStart(17)}  ${what}`),
        ]
      : []),
  ]);
}
