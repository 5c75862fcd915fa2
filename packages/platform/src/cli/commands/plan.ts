import { readFile } from 'node:fs/promises';
import { FirebreakError, type Plan } from '@firebreak/contract';
import type { Command } from 'commander';
import pc from 'picocolors';
import { parsePlan } from '../../planning/check-plan.ts';
import { exitCodes, printJson, printText, reportCompleteness, visible, withProgress } from '../output.ts';
import { openSource, repeated, type SourceOptions, stopSignal } from '../source-options.ts';
import type { World } from '../world.ts';
import { describePath } from './paths.ts';

interface PlanOptions extends SourceOptions {
  compromised?: string[];
  protect?: string[];
  forbid?: string[];
  json?: boolean;
}

/** `firebreak plan` and `firebreak plan check`. */
export function planCommands(program: Command, world: World): void {
  const plan = program
    .command('plan')
    .description('the cheapest set of reversible steps that provably cuts the attacker off')
    .option('--from <source>', 'where to read: kubernetes:<kubeconfig|in-cluster|dir|file|->')
    .option('--compromised <node>', 'what the attacker holds; may be repeated', repeated)
    .option(
      '--protect <selector>',
      'what must stay out of reach; may be repeated (default: the crown jewels)',
      repeated,
    )
    .option('--forbid <lever>', 'a lever key that must not be used; may be repeated', repeated)
    .option('--json', 'the plan as one JSON document')
    .action(async (options: PlanOptions) => {
      if (options.compromised === undefined) throw new FirebreakError('FB-USAGE', '--compromised is missing.');
      const source = await openSource(world, options);
      const request = {
        compromised: options.compromised,
        protect: (options.protect ?? ['default']).join(';'),
        forbid: options.forbid ?? [],
      };
      const made = await withProgress('Planning', () => world.plan(source, request));
      if (options.json) await printJson(made);
      else await printText(describePlan(made));
      reportCompleteness(made.completeness);
    });

  plan
    .command('check <file>')
    .description('check a plan independently of the planner; - reads standard input')
    .option('--from <source>', 'the estate to check it against')
    .option('--json', 'one JSON document')
    .action(async (file: string, _: unknown, command: Command) => {
      // `--from` and `--json` may stand on either side of `check`.
      const options = command.optsWithGlobals<SourceOptions & { json?: boolean }>();
      const checked = parsePlan(await readPlan(file));
      const source = await openSource(world, options);
      const report = await world.check(checked, source, stopSignal());
      if (options.json) await printJson(report);
      else {
        for (const { check, ok, detail } of report.checks) {
          await printText(`${ok ? pc.green('ok  ') : pc.red('FAIL')}  ${check}: ${visible(detail)}`);
        }
      }
      if (!report.ok) process.exitCode = exitCodes.checkFailed;
      reportCompleteness(report.completeness);
    });
}

/** A plan file's text. @throws FirebreakError FB-PLAN-INVALID when it cannot be read. */
export async function readPlan(file: string): Promise<string> {
  try {
    if (file !== '-') return await readFile(file, 'utf8');
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  } catch (cause) {
    throw new FirebreakError('FB-PLAN-INVALID', `${file} cannot be read.`, { cause });
  }
}

const verdicts: Record<Plan['verdict'], string> = {
  contained: 'After these steps nothing protected can be reached.',
  partial: 'These steps cut what can be cut; some paths stay open, see below.',
  'nothing-to-cut': 'Nothing protected can be reached; the steps only secure evidence and held credentials.',
};

function describePlan(plan: Plan): string {
  const proof =
    plan.gap === 0 ? 'proven cheapest' : `lower bound ${plan.lowerBound}, gap ${(plan.gap * 100).toFixed(1)} %`;
  const steps = plan.steps.map((step) => {
    const marks = [
      step.stage,
      step.reason === 'cut' ? 'cut' : undefined,
      step.drastic ? pc.red('drastic: two persons') : undefined,
    ];
    const lines = [
      `${String(step.ordinal).padStart(3)}. ${pc.bold(visible(step.title))}  ${pc.dim(`[${marks.filter(Boolean).join(', ')}]`)}`,
      `     why     ${visible(step.why)}`,
      ...step.interrupts.map(({ what }) => `     breaks  ${visible(what)}`),
      ...(step.restarts.length > 0 ? [`     restart ${step.restarts.map((pod) => visible(pod.id)).join(', ')}`] : []),
      `     undo    ${visible(step.reversal.how)}`,
    ];
    return lines.join('\n');
  });
  const uncut = plan.uncut.map(({ path, missing }) => `${describePath(path)}\n  ${pc.yellow(visible(missing))}`);
  return [
    `${plan.exposure.protectedReachable} protected nodes are within reach. ${verdicts[plan.verdict]}`,
    ...steps,
    `Cut cost ${plan.cutCost} (${proof}), with all steps ${plan.totalCost}. Digest ${plan.digest}`,
    ...uncut,
  ].join('\n');
}
