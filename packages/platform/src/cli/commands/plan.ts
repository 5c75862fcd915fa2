import { FirebreakError, type Plan, type PlanStep } from '@firebreak/contract';
import type { Command } from 'commander';
import { atWork, type CommandLine } from '../command-line.ts';
import { describeChecks } from '../output.ts';
import { readPlan } from '../plan-file.ts';
import { bold, dim, joined, red, type Shown, show, yellow } from '../shown.ts';
import { openSource, repeated, type SourceOptions, withJson, withSource } from '../source-options.ts';
import { describePath } from './paths.ts';

interface PlanOptions extends SourceOptions {
  compromised?: string[];
  protect?: string[];
  forbid?: string[];
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
    .option('--forbid <lever>', 'a lever key that must not be used; may be repeated', repeated)
    // what stands behind `check` is the business of `check`
    .enablePositionalOptions()
    .action(async (options: PlanOptions) => {
      const { compromised, protect = ['default'], forbid = [] } = options;
      if (compromised === undefined) throw new FirebreakError('FB-USAGE', '--compromised is missing.');
      const source = await openSource(cli, options);
      const request = { compromised, protect: protect.join(';'), forbid };
      const made = await atWork(cli, 'Planning', () => world.plan(source, request));
      if (options.json) await output.json(made);
      else await output.text(describePlan(made));
      output.limited(made.completeness);
    });

  withJson(withSource(plan.command('check <file>')))
    .description('check a plan independently of the planner; - reads standard input')
    .action(async (file: string, own: SourceOptions & { json?: boolean }) => {
      const { compromised, protect, forbid, ...before } = plan.opts<PlanOptions>();
      if (compromised !== undefined || protect !== undefined || forbid !== undefined)
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

function describePlan(plan: Plan): Shown {
  const { cutCost, totalCost, lowerBound, gap, digest } = plan;
  const proof = gap === 0 ? 'proven cheapest' : `lower bound ${lowerBound}, gap ${(gap * 100).toFixed(1)} %`;
  return joined([
    show`${plan.exposure.protectedReachable} protected nodes are within reach. ${verdicts[plan.verdict]}`,
    ...plan.steps.map(describeStep),
    show`Cut cost ${cutCost} (${proof}), with all steps ${totalCost}. Digest ${digest}`,
    ...plan.uncut.map(({ path, missing }) => show`${describePath(path)}\n  ${yellow(missing)}`),
  ]);
}

function describeStep({
  ordinal,
  title,
  stage,
  reason,
  drastic,
  why,
  interrupts,
  restarts,
  reversal,
}: PlanStep): Shown {
  const marks = [
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
    ...interrupts.map(({ what }) => show`     breaks  ${what}`),
    ...(restarts.length > 0 ? [show`     restart ${pods}`] : []),
    show`     undo    ${reversal.how}`,
  ]);
}
