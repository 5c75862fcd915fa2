import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import {
  dataGateSchema,
  FirebreakError,
  type Reproduction,
  type RetrainPlan,
  retrainPlanSchema,
} from '@firebreak/contract';
import type { Command } from 'commander';
import { readUpTo } from '../../artifacts/signing/read-file.ts';
import { systemClock } from '../../kernel/clock.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import { cleanse, heldRows, retrainPlan } from '../../recovery/retrain/plan.ts';
import { folderDigest, reproduce } from '../../recovery/retrain/reproduce.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { bold, green, joined, red, show, table } from '../shown.ts';
import { repeated, wholeNumber, withJson } from '../source-options.ts';

interface PlanOptions {
  readonly report?: readonly string[];
  readonly leaveOut?: readonly string[];
  readonly out: string;
  readonly code: string;
  readonly commit?: string;
  readonly environment: string;
  readonly seed: number;
  readonly within?: readonly string[];
  readonly json?: boolean;
}

interface CheckOptions {
  readonly data: string;
  readonly code: string;
  readonly environment: string;
  readonly minutes: number;
  readonly json?: boolean;
}

const mostBytes = 64 * 1024 * 1024;

/** `firebreak recovery retrain`: where no version may come back, a new one from cleansed data, made twice. */
export function retrainCommands(recovery: Command, cli: CommandLine): void {
  const retrain = recovery.command('retrain').description('train again from cleansed data, reproducibly');
  withJson(retrain.command('plan <rows> <command...>'))
    .description(
      'leave out the rows that the data gate held, and pin data, code, environment and seed; {data}, {out} and {seed} are filled into the command, which writes {out}/model',
    )
    .option('--report <file>', 'a report of `firebreak gate data --json`; may be repeated', repeated)
    .option('--leave-out <row>', 'the number of a further row, from 1; may be repeated', repeated)
    .requiredOption('--out <folder>', 'a new folder for the cleansed rows and the plan')
    .requiredOption('--code <folder>', 'the training code')
    .option('--commit <id>', 'the commit that it is')
    .requiredOption('--environment <file>', 'the lock file of its environment')
    .option('--seed <number>', 'the seed', wholeNumber(0, 4_294_967_295), 0)
    .option(
      '--within <metric=tolerance>',
      'training is not deterministic: how far this metric may differ; may be repeated',
      repeated,
    )
    .action((rows: string, command: string[], options: PlanOptions) => plan(cli, rows, command, options));

  withJson(retrain.command('check <plan>'))
    .description(
      'train twice by the plan and compare; exit 0 reproduced, 1 not, 3 not the data, code or environment of the plan',
    )
    .requiredOption('--data <folder>', 'the cleansed rows')
    .requiredOption('--code <folder>', 'the training code')
    .requiredOption('--environment <file>', 'the lock file of its environment')
    .option('--minutes <number>', 'for each run', wholeNumber(1, 10_000), 60)
    .action((path: string, options: CheckOptions) => check(cli, path, options));
}

async function plan(cli: CommandLine, rows: string, command: readonly string[], options: PlanOptions): Promise<void> {
  const { report: reports = [], leaveOut = [], out, seed, commit = null } = options;
  const held = await Promise.all(
    reports.map(async (path) => {
      const text = (await readUpTo(path, mostBytes)).toString('utf8');
      const read = dataGateSchema.safeParse(parsed(text));
      if (!read.success) throw new FirebreakError('FB-USAGE', `${path} is no report of the data gate.`);
      return heldRows(read.data, sha256Hex(text));
    }),
  );
  const numbers = leaveOut.map(Number).filter((row) => Number.isSafeInteger(row) && row > 0);
  const all = new Set([...numbers, ...held.flatMap((each) => [...each.rows])]);
  const made = await atWork(cli, 'Cleansing', async (signal): Promise<RetrainPlan> => {
    await mkdir(join(out, 'data'), { recursive: true });
    const path = basename(rows);
    const kept = await cleanse(rows, join(out, 'data', path), all);
    const { digest, problems } = await folderDigest(options.code, signal);
    const [problem] = problems;
    if (problem !== undefined) throw new FirebreakError('FB-SOURCE-UNREADABLE', `The code: ${problem}`);
    return retrainPlan(
      {
        at: systemClock.now().toISOString(),
        data: [{ path, ...kept }],
        heldBy: held.flatMap(({ heldBy }) => heldBy),
        code: { sha256: digest, commit },
        environment: {
          name: basename(options.environment),
          sha256: sha256Hex(await readUpTo(options.environment, mostBytes)),
        },
        command: [...command],
        seed,
        reproduces: reproducesBy(options.within),
      },
      held.flatMap(({ gaps }) => gaps),
    );
  });
  await writeFile(join(out, 'plan.json'), `${JSON.stringify(made, null, 2)}\n`, { flag: 'wx' });
  const [file] = made.data;
  await (options.json
    ? cli.output.json(made)
    : cli.output.text(show`${join(out, 'plan.json')}: ${file?.rows ?? 0} rows kept, ${file?.leftOut ?? 0} left out`));
  cli.output.limited(made.completeness);
}

async function check(cli: CommandLine, path: string, options: CheckOptions): Promise<void> {
  const read = retrainPlanSchema.safeParse(parsed((await readUpTo(path, mostBytes)).toString('utf8')));
  if (!read.success) throw new FirebreakError('FB-USAGE', `${path} is no retrain plan.`);
  const work = await mkdtemp(join(tmpdir(), 'firebreak-retrain-'));
  try {
    const found = await atWork(cli, 'Training twice', (signal) =>
      reproduce({
        plan: read.data,
        data: resolve(options.data),
        code: resolve(options.code),
        environment: resolve(options.environment),
        work,
        path: process.env.PATH ?? '',
        now: () => systemClock.now(),
        timeoutMs: options.minutes * 60_000,
        signal,
      }),
    );
    await (options.json ? cli.output.json(found) : cli.output.text(shown(found)));
    if (found.verdict === 'differs') cli.output.checkFailed();
    else if (found.verdict === 'refused') cli.output.held();
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function shown({ checks, verdict, model }: Reproduction) {
  return joined([
    table(
      ['check', '', 'what'],
      checks.map(({ check: name, ok, detail }) => [name, ok ? green('ok') : red('no'), detail]),
    ),
    show`${bold(verdict.toUpperCase())}${model === null ? '' : ` sha256 over the model ${model}`}`,
  ]);
}

/** @throws FirebreakError FB-USAGE */
function reproducesBy(within: readonly string[] | undefined): RetrainPlan['reproduces'] {
  if (within === undefined) return { is: 'same' };
  const tolerance = within.map((text) => {
    const [metric = '', value = ''] = text.split('=');
    if (metric === '' || value === '' || !(Number(value) >= 0))
      throw new FirebreakError('FB-USAGE', `"${text.slice(0, 100)}" is not of the form metric=tolerance.`);
    return [metric, Number(value)] as const;
  });
  return { is: 'within', tolerance: Object.fromEntries(tolerance) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
