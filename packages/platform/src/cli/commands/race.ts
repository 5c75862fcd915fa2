import { FirebreakError, type Race } from '@firebreak/contract';
import type { Command } from 'commander';
import { raceOf } from '../../planning/race/race.ts';
import { defaultRace } from '../../planning/race/times.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { readPlan } from '../plan-file.ts';
import { bold, dim, green, joined, red, type Shown, show, table } from '../shown.ts';
import { openSource, type SourceOptions, wholeNumber, withJson, withSource } from '../source-options.ts';

interface RaceCommandOptions extends SourceOptions {
  readonly runs: number;
  readonly seed: number;
  readonly refresh: number;
  readonly pause: number;
  readonly approval: number;
  readonly second: number;
  readonly json?: boolean;
}

const day = 86_400;

/** `firebreak race`: expected loss by the order of the steps. */
export function raceCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const seconds = wholeNumber(1, day);
  withJson(withSource(program.command('race <plan>')))
    .description(
      'attacker against responder: expected loss by the order of the steps; - reads the plan from standard input',
    )
    .option('--runs <number>', 'how many races', wholeNumber(10, 1_000_000), defaultRace.runs)
    .option('--seed <number>', 'which attackers', wholeNumber(0, 2 ** 31 - 1), defaultRace.seed)
    .option('--refresh <seconds>', 'between two refreshes of a delivery channel', seconds, defaultRace.refresh)
    .option(
      '--pause <seconds>',
      'median time that the attacker looks around before a step',
      seconds,
      defaultRace.pause.median,
    )
    .option('--approval <seconds>', 'median time to the first approval', seconds, defaultRace.firstApproval.median)
    .option('--second <seconds>', 'median time to the second approval', seconds, defaultRace.secondApproval.median)
    .action(async (file: string, options: RaceCommandOptions) => {
      if (file === '-' && options.from?.some((spec) => spec.endsWith(':-')))
        throw new FirebreakError('FB-USAGE', 'Standard input is either the plan or the source.');
      const plan = await readPlan(file, cli.terminal);
      const source = await openSource(cli, options);
      const { runs, seed, refresh } = options;
      const race = await atWork(cli, 'Racing', async () =>
        raceOf(source.graph(), plan, {
          runs,
          seed,
          refresh,
          pause: { ...defaultRace.pause, median: options.pause },
          firstApproval: { ...defaultRace.firstApproval, median: options.approval },
          secondApproval: { ...defaultRace.secondApproval, median: options.second },
        }),
      );
      await (options.json ? output.json(race) : output.text(describeRace(race)));
    });
}

function describeRace({ runs, seed, region, orders, approvals, assumptions }: Race): Shown {
  return joined([
    show`${runs} races over ${region.nodes} nodes and ${region.edges} steps; ${region.goals} protected nodes are at stake, worth ${region.value}. Seed ${seed}.`,
    table(
      ['order', 'expected loss', '95 %', 'against the plan', '95 %', 'anything lost', 'minutes', ''],
      orders.map(({ name, loss, difference, reached, seconds, breaks }, at) => [
        name,
        loss.mean.toFixed(2),
        `${loss.low.toFixed(2)} – ${loss.high.toFixed(2)}`,
        at === 0 ? '' : difference.mean > 0 ? red(signed(difference.mean)) : green(signed(difference.mean)),
        at === 0 ? '' : `${signed(difference.low)} – ${signed(difference.high)}`,
        `${(reached * 100).toFixed(1)} %`,
        (seconds / 60).toFixed(1),
        breaks === undefined ? 'allowed' : 'not allowed',
      ]),
    ),
    ...orders.map(
      ({ name, why, breaks }) => show`${bold(name)}: ${why}${breaks === undefined ? '' : show` ${dim(breaks)}`}`,
    ),
    ...approvals.map(
      ({ step, title, waits, saves }) =>
        show`approval of ${step} (median ${(waits / 60).toFixed(0)} min) costs ${saves.mean.toFixed(2)} (${saves.low.toFixed(2)} – ${saves.high.toFixed(2)}): ${title}`,
    ),
    ...assumptions.map((line) => dim(line)),
  ]);
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(2)}`;
}
