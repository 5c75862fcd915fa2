import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CanaryRun,
  type CanaryVerdict,
  canaryEnds,
  FirebreakError,
  judgeSettingsSchema,
  metricRuleSchema,
} from '@firebreak/contract';
import type { Command } from 'commander';
import { record } from '../../intake/foreign.ts';
import { tableRows } from '../../intake/table-rows.ts';
import { judgeMetric, verdictOf } from '../../recovery/canary/judge.ts';
import type { SeenBlock, SeenSide } from '../../recovery/canary/observed.ts';
import { longestDescription, readDescription, readRules } from '../../recovery/canary/read-description.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName } from '../desk-options.ts';
import { bold, dim, green, joined, red, type Shown, show, table, yellow } from '../shown.ts';
import { withJson } from '../source-options.ts';
import { readText } from '../text-input.ts';

const mostRows = 200_000;
const pollMs = 2000;

/** `firebreak canary`: restored versions that take traffic step by step, and the judge by itself. */
export function canaryCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const canary = program
    .command('canary')
    .description('bring a restored version back by growing shares of the traffic, judged by numbers (docs/canary.md)');
  const told = async (json: boolean | undefined, run: CanaryRun) => {
    await (json ? output.json(run) : output.text(described(run)));
    if (run.state === 'rolled-back' || run.state === 'stuck') output.checkFailed();
  };

  withJson(withName(withDesk(canary.command('start <file>'))))
    .description('start a canary by its description (YAML or JSON); `-` is standard input')
    .option('--incident <id>', 'the incident whose record it goes into')
    .option('--wait', 'until it has ended; exit 1 when it was rolled back')
    .action(
      async (
        file: string,
        { json, as, incident, wait }: { json?: boolean; as?: string; incident?: string; wait?: boolean },
        command: Command,
      ) => {
        const by = actingName(as);
        const config = await atWork(cli, 'Reading', async (signal) =>
          readDescription(
            file,
            await readText(file, { mostBytes: longestDescription, signal, input: cli.terminal.input }),
          ),
        );
        const run = await atDesk(cli, command, { doing: 'Starting' }, async (desk) => {
          const started = await desk.canaries.start(incident === undefined ? config : { ...config, incident }, by);
          return wait ? ended(() => desk.canaries.get(started.id)) : started;
        });
        await told(json, run);
      },
    );

  withJson(withDesk(canary.command('approve <id> <digest>')))
    .description('approve what a canary does to traffic, by the digest of its description (`canary status`)')
    .action(async (id: string, digest: string, { json }: { json?: boolean }, command: Command) => {
      const run = await atDesk(cli, command, { doing: 'Approving' }, (desk) => desk.canaries.approve(id, digest));
      await told(json, run);
    });

  withJson(withDesk(canary.command('status [id]')))
    .description('where canaries stand; with an id, every look and its reasons')
    .action(async (id: string | undefined, { json }: { json?: boolean }, command: Command) => {
      if (id !== undefined)
        return told(json, await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.canaries.get(id)));
      const lines = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.canaries.list());
      if (json) return output.json({ canaries: lines });
      await output.text(
        lines.length === 0
          ? show`There is no canary.`
          : table(
              ['id', 'name', 'state', 'traffic', 'stage', 'looks', 'score', 'why'],
              lines.map((line) => [
                line.id,
                line.name,
                line.state,
                line.percent === null ? '?' : `${line.percent} %`,
                `${line.stage + 1}/${line.stages}`,
                line.looks,
                line.score === null ? '' : Math.round(line.score),
                line.why.slice(0, 100),
              ]),
            ),
      );
    });

  withJson(withName(withDesk(canary.command('stop <id>'))))
    .description('take the traffic away from a canary and end it')
    .requiredOption('--reason <text>', 'why, for the record')
    .action(
      async (id: string, { json, as, reason }: { json?: boolean; as?: string; reason: string }, command: Command) => {
        const by = actingName(as);
        const run = await atDesk(cli, command, { doing: 'Stopping' }, (desk) => desk.canaries.stop(id, reason, by));
        await (json ? output.json(run) : output.text(described(run)));
      },
    );

  withJson(canary.command('judge <baseline> <canary>'))
    .description(
      'the judge alone, over two files of measurements (CSV, JSON lines, Parquet: a column a metric); exit 1 unless it passes',
    )
    .option('--metrics <file>', 'what the columns are (YAML); without it every column of numbers, either way')
    .option('--min-samples <count>', 'fewer of a metric cannot be judged', '50')
    .action(
      async (
        baseline: string,
        candidate: string,
        { json, metrics: file, minSamples }: { json?: boolean; metrics?: string; minSamples: string },
      ) => {
        const least = Number(minSamples);
        if (!Number.isInteger(least) || least < 1)
          throw new FirebreakError('FB-USAGE', '--min-samples is a number from 1 on.');
        const verdict = await atWork(cli, 'Judging', async (signal) => {
          const [was, is] = [await columns(baseline, signal), await columns(candidate, signal)];
          const shared = [...was.keys()].filter(
            (name) => is.has(name) && isNumbers(was.get(name)) && isNumbers(is.get(name)),
          );
          const { metrics, judge } =
            file === undefined
              ? {
                  metrics: shared.map((name) => metricRuleSchema.parse({ name, worse: 'either' })),
                  judge: judgeSettingsSchema.parse({}),
                }
              : readRules(
                  file,
                  await readText(file, { mostBytes: longestDescription, signal, input: cli.terminal.input }),
                );
          if (metrics.length === 0) throw new FirebreakError('FB-USAGE', 'The two files share no column of numbers.');
          const about = { line: (1 - judge.confidence) / 2, tolerance: judge.tolerance, minSamples: least };
          // Kayenta's confidence is of both sides together, whichever of them counts.
          return verdictOf(
            metrics.map((metric) =>
              judgeMetric(metric, [blockOf(metric.kind, was.get(metric.name), is.get(metric.name))], {
                ...about,
                line: metric.worse === 'either' ? 2 * about.line : about.line,
              }),
            ),
            judge,
          );
        });
        await (json ? output.json(verdict) : output.text(describedVerdict(verdict)));
        if (verdict.class !== 'pass') output.checkFailed();
      },
    );
}

async function ended(look: () => Promise<CanaryRun>): Promise<CanaryRun> {
  for (;;) {
    const run = await look();
    if (canaryEnds.includes(run.state)) return run;
    await sleep(pollMs);
  }
}

type Column = readonly (number | null)[];

/** Columns of a table; what is no number counts as missing. @throws FirebreakError FB-USAGE, FB-SOURCE-UNREADABLE */
async function columns(path: string, signal: AbortSignal): Promise<ReadonlyMap<string, Column>> {
  const found = new Map<string, (number | null)[]>();
  let rows = 0;
  for await (const read of tableRows(path, signal)) {
    const cells = 'problem' in read ? undefined : record(read.value);
    if (cells === undefined)
      throw new FirebreakError('FB-USAGE', `${path} has a row that cannot be read: ${read.row}.`);
    if (++rows > mostRows) throw new FirebreakError('FB-USAGE', `${path} has more than ${mostRows} rows.`);
    for (const [name, cell] of Object.entries(cells).slice(0, 200)) {
      const column = found.get(name) ?? [];
      found.set(name, column);
      while (column.length < rows - 1) column.push(null);
      column.push(numberOf(cell));
    }
  }
  return found;
}

function numberOf(cell: unknown): number | null {
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (typeof cell === 'string' && /^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true' ? 1 : 0;
  const value = typeof cell === 'bigint' || (typeof cell === 'string' && cell.trim() !== '') ? Number(cell) : cell;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

const isNumbers = (column: Column | undefined) => column?.some((value) => value !== null) === true;

function blockOf(kind: string, was: Column = [], is: Column = []): SeenBlock {
  const side = (column: Column): SeenSide => {
    if (kind === 'values') return { values: column, offered: column.length, hits: 0, total: 0 };
    const told = column.filter((value) => value !== null);
    return { values: [], offered: 0, hits: told.filter((value) => value > 0).length, total: told.length };
  };
  return { baseline: side(was), canary: side(is) };
}

function described(run: CanaryRun): Shown {
  const colour = run.state === 'promoted' ? green : run.state === 'rolled-back' || run.state === 'stuck' ? red : yellow;
  return joined([
    bold(show`${run.name}  ${run.id}`),
    colour(show`${run.state}${run.percent === null ? '' : `, ${run.percent} % of the traffic`}: ${run.why}`),
    ...(run.approval === null ? [] : [approvalText(run, run.approval)]),
    dim(show`started ${run.startedAt} by ${run.startedBy}${run.endedAt === null ? '' : `, ended ${run.endedAt}`}`),
    ...run.looks.map((look) =>
      joined([
        show`look ${look.number + 1} at ${look.to}, stage ${look.stage + 1}: ${look.verdict.class}${look.verdict.score === null ? '' : `, score ${Math.round(look.verdict.score)}`}, then ${look.decision}. ${look.why}`,
        ...look.verdict.metrics.map((metric) => dim(show`    ${metric.metric}: ${metric.class}. ${metric.why}`)),
        ...look.trouble.map((words) => yellow(show`    ${words}`)),
      ]),
    ),
    ...run.moves.flatMap((move) => [
      show`traffic ${move.percent} % at ${move.at}: ${move.outcome}. ${move.detail}`,
      ...move.probes.map(({ what, result, evidence }) => dim(show`    ${what}: ${result}. ${evidence}`)),
    ]),
  ]);
}

function approvalText({ id, state }: CanaryRun, approval: NonNullable<CanaryRun['approval']>): Shown {
  const { what, needed, given, digest } = approval;
  if (state === 'waiting-approval')
    return yellow(
      show`${given.length} of ${needed} approvals: ${what} Approve with: firebreak canary approve ${id} ${digest}`,
    );
  return dim(show`approved by ${given.map(({ by }) => by).join(', ')}: ${what}`);
}

function describedVerdict(verdict: CanaryVerdict): Shown {
  const colour = verdict.class === 'pass' ? green : verdict.class === 'fail' ? red : yellow;
  return joined([
    colour(show`${verdict.class}${verdict.score === null ? '' : `, score ${Math.round(verdict.score)}`}`),
    ...verdict.metrics.map((metric) => show`${metric.metric}: ${metric.class}. ${metric.why}`),
  ]);
}
