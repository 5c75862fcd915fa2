import type { Execution } from '@firebreak/contract';
import type { Command } from 'commander';
import pc from 'picocolors';
import { parsePlan } from '../../planning/check-plan.ts';
import { atDesk, type DataOptions, operatorName, withData } from '../data-options.ts';
import { exitCodes, printJson, printText, visible, withProgress } from '../output.ts';
import type { World } from '../world.ts';
import { readPlan } from './plan.ts';

/** `firebreak contain` and `firebreak undo`: the only commands that change a cluster. */
export function containCommands(program: Command, world: World): void {
  withData(program.command('contain <plan>'))
    .description('show the exact requests of a plan; with --approve carry it out and prove it')
    .requiredOption('--kubeconfig <file>', 'the cluster')
    .option('--approve', 'approve the plan by its digest and carry it out')
    .option('--as <name>', 'who approves', operatorName())
    .option('--second <name>', 'the second person, for drastic steps')
    .option('--title <text>', 'title of the incident', 'Containment from the command line')
    .option('--json', 'one JSON document')
    .action(
      async (
        file: string,
        options: DataOptions & { approve?: boolean; as: string; second?: string; title: string },
      ) => {
        const plan = parsePlan(await readPlan(file));
        await atDesk(world, options, async (desk) => {
          if (options.approve !== true) {
            const steps = await withProgress('Reading what the steps would change', () => desk.preview(plan));
            if (options.json) await printJson({ steps });
            else {
              for (const { title, changes, problem } of steps) {
                await printText(`${pc.bold(visible(title))}${problem === null ? '' : `  ${pc.red(visible(problem))}`}`);
                for (const { request, body } of changes) {
                  await printText(
                    `  ${visible(request)}${body === undefined ? '' : `\n    ${visible(JSON.stringify(body))}`}`,
                  );
                }
              }
              await printText(`Nothing was changed. To carry it out: --approve (digest ${plan.digest})`);
            }
            if (steps.some(({ problem }) => problem !== null)) process.exitCode = exitCodes.checkFailed;
            return;
          }
          const execution = await withProgress('Containing', () =>
            desk.contain(plan, { title: options.title, by: options.as, second: options.second }),
          );
          await report(execution, options.json === true);
          if (execution.state !== 'contained') process.exitCode = exitCodes.checkFailed;
        });
      },
    );

  withData(program.command('undo <incident>'))
    .description('take back every step that was done, last first')
    .requiredOption('--kubeconfig <file>', 'the cluster')
    .option('--as <name>', 'who asks for it', operatorName())
    .option('--force', 'overwrite what others changed since')
    .option('--json', 'one JSON document')
    .action(async (incident: string, options: DataOptions & { as: string; force?: boolean }) => {
      await atDesk(world, options, async (desk) => {
        const execution = await withProgress('Undoing', () =>
          desk.undo(incident, { by: options.as, force: options.force === true }),
        );
        await report(execution, options.json === true);
        if (execution.state !== 'undone') process.exitCode = exitCodes.checkFailed;
      });
    });
}

/** An execution as a person reads it: each step with its state and what its probes showed. */
export function describeExecution(execution: Execution): string {
  const steps = execution.steps.map((step) => {
    const good = step.state === 'done' || step.state === 'undone';
    const probes = step.probes.map(
      ({ what, result, evidence }) => `       ${result.padEnd(11)} ${visible(what)}: ${visible(evidence)}`,
    );
    const head = `${String(step.ordinal).padStart(3)}. ${good ? pc.green(step.state) : pc.yellow(step.state)}  ${visible(step.title)}`;
    return [head, ...(step.reason === null ? [] : [`       ${visible(step.reason)}`]), ...probes].join('\n');
  });
  const { proof } = execution;
  return [
    ...steps,
    ...(proof === null ? [] : [`proof: ${visible(proof.detail)}`]),
    `${pc.bold(execution.state)}  incident ${execution.incident}`,
  ].join('\n');
}

async function report(execution: Execution, json: boolean): Promise<void> {
  if (json) await printJson(execution);
  else await printText(describeExecution(execution));
}
