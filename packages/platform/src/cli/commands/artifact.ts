import type { ArtifactReport } from '@firebreak/contract';
import type { Command } from 'commander';
import { inspectFiles } from '../../artifacts/inspection/inspect-files.ts';
import { reportAsSarif } from '../../artifacts/inspection/report-sarif.ts';
import { printable } from '../../intake/foreign.ts';
import { systemClock } from '../../kernel/clock.ts';
import { inspectedFiles } from '../../promotion/documents/inspected-files.ts';
import { bomAs } from '../../promotion/documents/write.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { bold, joined, show, table } from '../shown.ts';
import { repeated, wholeNumber, withJson } from '../source-options.ts';

interface ScanOptions {
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly cyclonedx?: boolean;
  readonly allow?: readonly string[];
  readonly seconds: number;
}

/** `firebreak artifact scan`: whether files of models may be loaded. Nothing in them is loaded or run. */
export function artifactCommand(program: Command, cli: CommandLine): void {
  const artifact = program.command('artifact').description('look into the files of models before anybody loads them');
  withJson(artifact.command('scan <path...>'))
    .description(
      'judge files and folders by content: pickle in all its wrappings, Keras, ONNX, GGUF, safetensors, SavedModel; exit 0 safe, 1 unsafe, 3 cannot tell or suspicious',
    )
    .option('--allow <name>', 'a name (module.name) that pickles may use here; may be repeated', repeated)
    .option('--seconds <number>', 'time for each file', wholeNumber(1, 86_400), 600)
    .option('--sarif', 'as SARIF 2.1.0, for code review')
    .option('--cyclonedx', 'as a CycloneDX 1.7 ML-BOM')
    .action((paths: string[], options: ScanOptions) => scan(cli, paths, options));
}

async function scan(cli: CommandLine, paths: readonly string[], options: ScanOptions): Promise<void> {
  const { output, world } = cli;
  const report = await atWork(cli, 'Reading', (signal, progress) =>
    inspectFiles({
      paths,
      allowed: options.allow ?? [],
      perFile: options.seconds * 1000,
      now: () => systemClock.now(),
      signal,
      progress,
    }),
  );
  if (options.sarif) await output.json(reportAsSarif(report, world.version));
  else if (options.cyclonedx) await output.json(bomAs('cyclonedx', inspectedFiles(report), world.version));
  else if (options.json) await output.json(report);
  else await output.text(shown(report));
  if (report.verdict === 'unsafe') output.checkFailed();
  else if (report.verdict !== 'safe') output.held();
}

function shown({ files, verdict }: ArtifactReport) {
  return joined([
    table(
      ['file', 'format', 'verdict'],
      files.map(({ path, format, verdict: each }) => [path, format, each]),
    ),
    ...files.flatMap(({ path, reasons, moreReasons }) => [
      ...reasons.map(
        ({ rule, verdict: each, inside, offset, what }) =>
          show`  ${each} ${[path, ...inside].join(' › ')} at ${offset}: ${printable(what, 600)} (${rule})`,
      ),
      ...(moreReasons === 0 ? [] : [show`  … and ${moreReasons} more reasons in ${path}`]),
    ]),
    show`${bold(verdict.toUpperCase())} ${files.length} files`,
  ]);
}
