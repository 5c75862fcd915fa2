import { findingSeverities } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import { findIn } from '../../detection/state/find.ts';
import { stateDetectors } from '../../detection/state/index.ts';
import { findingsAsSarif } from '../../response-events/sarif.ts';
import type { CommandLine } from '../command-line.ts';
import { joined, show, table } from '../shown.ts';
import { openSource, type SourceOptions, withJson, withSource } from '../source-options.ts';

interface FindingsOptions extends SourceOptions {
  readonly severity?: (typeof findingSeverities)[number];
  readonly thorough?: boolean;
  readonly json?: boolean;
  readonly sarif?: boolean;
}

/** `firebreak findings`: what the detectors find wrong in the estate as it is. */
export function findingsCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withSource(program.command('findings')))
    .description(
      'what is wrong in the estate as it is: workflows that strangers can take over, and what scanners reported',
    )
    .addOption(new Option('--severity <least>', 'leave out what is less severe').choices(findingSeverities))
    .option('--thorough', 'also what is only worth a look by somebody who wants everything')
    .option('--sarif', 'as SARIF 2.1.0, for code review')
    .action(async (options: FindingsOptions) => {
      const source = await openSource(cli, options);
      const { findings, completeness } = findIn(source.estate, stateDetectors);
      const least = findingSeverities.indexOf(options.severity ?? 'info');
      const wanted = findings.filter(
        ({ severity, thorough }) =>
          findingSeverities.indexOf(severity) >= least && (options.thorough === true || !thorough),
      );
      if (options.sarif) await output.json(findingsAsSarif(wanted, cli.world.version));
      else if (options.json) await output.json({ findings: wanted, completeness });
      else
        await output.text(
          joined([
            table(
              ['severity', 'detector', 'where', 'what'],
              wanted.map(({ severity, detector, where, note, title }) => [
                severity,
                detector,
                `${where.locator}${where.line === undefined ? '' : `:${where.line}`}`,
                note ?? title,
              ]),
            ),
            show`${wanted.length} findings`,
          ]),
        );
      output.limited(completeness);
    });
}
