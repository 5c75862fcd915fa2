import { dirname } from 'node:path';
import type { DataGate } from '@firebreak/contract';
import type { Command } from 'commander';
import { columnsOf } from '../../detection/poisoning/columns.ts';
import type { DatasetRow } from '../../detection/poisoning/dataset.ts';
import { evenSample, judgeData, mostSampled } from '../../detection/poisoning/gate.ts';
import { dataChecks } from '../../detection/poisoning/index.ts';
import { gatePolicySchema } from '../../detection/poisoning/policy.ts';
import { readPolicy } from '../../detection/poisoning/read-policy.ts';
import { systemClock } from '../../kernel/clock.ts';
import { gateAsSarif } from '../../response-events/sarif.ts';
import type { CommandLine } from '../command-line.ts';
import { allValues, datasetFile, goldenAnswers, manifestBeside, sha256OfFile, smallText } from '../gate-files.ts';
import { bold, joined, show, table } from '../shown.ts';
import { withJson } from '../source-options.ts';
import { promotionCommands } from './gate-promote.ts';
import { webhookCommands } from './gate-webhook.ts';

interface DataOptions {
  readonly reference?: string;
  readonly policy?: string;
  readonly golden?: string;
  readonly answers?: string;
  readonly manifest?: string;
  readonly lineage?: string;
  readonly dataset?: string;
  readonly sarif?: boolean;
  readonly json?: boolean;
}

/** `firebreak gate`: what stands between new data and the next model. */
export function gateCommand(program: Command, cli: CommandLine): void {
  const gate = program
    .command('gate')
    .description('judge what is about to be learned from or promoted: pass, hold or fail');
  withJson(gate.command('data <candidate>'))
    .description(
      'new training data (JSON lines, CSV, Parquet) beside what was trusted before; exit 0 pass, 1 fail, 3 hold',
    )
    .option('--reference <file>', 'rows that were approved before')
    .option('--policy <file>', 'label, columns, sources and limits (docs/data-gate.md)')
    .option('--golden <file>', 'the golden set: none of it may be learned from')
    .option('--answers <file>', 'what the model that serves and the new one answer to the golden set')
    .option('--manifest <file>', 'digests of the candidate’s folder, as sha256sum writes them')
    .option('--lineage <file>', 'run events of OpenLineage about how it was made')
    .option('--dataset <node>', 'the dataset as `firebreak nodes` names it, so that the report is tied to it')
    .option('--sarif', 'as SARIF 2.1.0, for code review')
    .action((candidate: string, options: DataOptions) => judge(cli, candidate, options));
  promotionCommands(gate, cli);
  webhookCommands(gate, cli);
}

async function judge({ output, world }: CommandLine, path: string, options: DataOptions): Promise<void> {
  const { signal } = new AbortController();
  const policy =
    options.policy === undefined
      ? gatePolicySchema.parse({})
      : readPolicy(options.policy, await smallText(options.policy));
  const trusted = options.reference === undefined ? undefined : await sampled(options.reference, signal);
  const golden = options.golden === undefined ? undefined : await sampled(options.golden, signal);
  const file = datasetFile(path, signal);
  const columns = columnsOf(trusted?.rows ?? (await sampled(path, signal)).rows, policy);
  const answer = await judgeData({
    candidate: file.rows(),
    checks: dataChecks,
    gaps: () => [...file.gaps(), ...(trusted?.gaps ?? []), ...(golden?.gaps ?? [])],
    input: {
      policy,
      columns,
      reference: trusted?.rows,
      golden: golden?.rows,
      files: options.manifest === undefined ? undefined : await manifestBeside(options.manifest, dirname(path), signal),
      lineage: options.lineage === undefined ? undefined : await allValues(options.lineage, signal),
      answers: options.answers === undefined ? undefined : await goldenAnswers(options.answers, signal),
    },
  });
  const { rows, ...judged } = answer;
  const report: DataGate = {
    kind: 'firebreak/data-gate',
    at: systemClock.now().toISOString(),
    candidate: { name: path, sha256: await sha256OfFile(path), rows },
    ...(options.reference === undefined || trusted === undefined
      ? {}
      : { reference: { name: options.reference, sha256: await sha256OfFile(options.reference), rows: trusted.seen } }),
    ...(options.dataset === undefined ? {} : { dataset: options.dataset }),
    ...judged,
  };
  if (options.sarif) await output.json(gateAsSarif(report, world.version));
  else if (options.json) await output.json(report);
  else await output.text(shown(report));
  if (report.verdict === 'fail') output.checkFailed();
  else if (report.verdict === 'hold') output.held();
  output.limited(report.completeness);
}

async function sampled(path: string, signal: AbortSignal) {
  const file = datasetFile(path, signal);
  const sample = evenSample(mostSampled, 'poisoning/reference');
  let seen = 0;
  for await (const row of file.rows() satisfies AsyncIterable<DatasetRow>) {
    seen += 1;
    sample.add(row);
  }
  return { rows: sample.rows(), gaps: file.gaps(), seen };
}

function shown({ checks, verdict, candidate }: DataGate) {
  return joined([
    table(
      ['check', 'verdict', 'why'],
      checks.map(({ title, verdict: each, why }) => [title, each, why]),
    ),
    ...checks.flatMap(({ evidence }) =>
      evidence.map(({ what, rows, examples }) =>
        rows === 0 || examples.length === 0 ? show`  ${what}` : show`  ${what} ${rows} rows: ${examples.join(', ')}`,
      ),
    ),
    show`${bold(verdict.toUpperCase())} ${candidate.name}, ${candidate.rows} rows`,
  ]);
}
