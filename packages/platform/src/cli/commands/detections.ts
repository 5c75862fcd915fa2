import {
  type DetectionFilter,
  type DetectionVerdict,
  detectionFilterSchema,
  detectionVerdicts,
  FirebreakError,
  findingSeverities,
} from '@firebreak/contract';
import { Argument, type Command, Option } from 'commander';
import { describeDetection, describeDetections, describeQuality } from '../case-text.ts';
import type { CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName } from '../desk-options.ts';
import { withJson } from '../source-options.ts';

interface ListOptions extends Omit<DetectionFilter, 'verdict'> {
  readonly verdict?: string;
  readonly after?: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** `firebreak detections`, `verdict`, `quality`: what detectors said, what it was, and how good they are. */
export function detectionCommands(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withDesk(program.command('detections [detection]')))
    .description('what detectors said, newest first, or one of them')
    .option('--detector <id>', 'of this detector')
    .addOption(new Option('--severity <level>', 'at least so severe').choices([...findingSeverities]))
    .addOption(new Option('--status <status>', 'stable, or on trial').choices(['stable', 'trial']))
    .option('--incident <id>', 'of this incident; none for those in none')
    .addOption(new Option('--verdict <verdict>', 'judged so').choices([...detectionVerdicts, 'none']))
    .option('--node <id>', 'by this node, or about it')
    .option('--text <text>', 'in title, note or detector')
    .option('--since <time>', 'from then on')
    .option('--until <time>', 'up to then')
    .addOption(
      new Option('--suppressed <which>', 'suppressed ones').choices(['hidden', 'shown', 'only']).default('hidden'),
    )
    .option('--after <cursor>', 'the page after this place')
    .option('--limit <count>', 'so many', '100')
    .action(async (id: string | undefined, options: ListOptions, command: Command) => {
      if (id !== undefined) {
        const found = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.cases.detection(id));
        await (options.json ? output.json(found) : output.text(describeDetection(found)));
        return;
      }
      const filter = detectionFilterSchema.safeParse(options);
      const limit = Number(options.limit);
      if (!filter.success || !Number.isInteger(limit) || limit < 1 || limit > 1000)
        throw new FirebreakError('FB-USAGE', 'Times are written 2026-11-21T10:00:00Z, and --limit is from 1 to 1000.');
      const list = await atDesk(cli, command, { doing: 'Looking' }, (desk) =>
        desk.cases.detections(filter.data, { limit, after: options.after }),
      );
      await (options.json ? output.json(list) : output.text(describeDetections(list)));
    });

  withJson(withName(withDesk(program.command('verdict <detection>'))))
    .addArgument(new Argument('<verdict>', 'what it was').choices(detectionVerdicts))
    .description('say what a detection was; the newest verdict counts')
    .option('--note <text>', 'why', '')
    .action(
      async (
        detection: string,
        verdict: DetectionVerdict,
        options: { note: string; as?: string; json?: boolean },
        command: Command,
      ) => {
        const by = actingName(options.as);
        const judged = await atDesk(cli, command, { doing: 'Judging' }, (desk) =>
          desk.cases.giveVerdict({ detection, verdict, note: options.note, by }),
        );
        await (options.json ? output.json(judged) : output.text(describeDetection(judged)));
      },
    );

  withJson(withDesk(program.command('quality')))
    .description('how good each detector is, from verdicts, and which cannot tell')
    .option('--since <time>', 'of detections from then on')
    .option('--all', 'detectors that found nothing as well')
    .action(async (options: { since?: string; all?: boolean; json?: boolean }, command: Command) => {
      const since = options.since === undefined ? null : timeOf(options.since);
      const quality = await atDesk(cli, command, { doing: 'Counting' }, (desk) => desk.cases.quality(since));
      await (options.json ? output.json(quality) : output.text(describeQuality(quality, options.all === true)));
    });
}

/** @throws FirebreakError FB-USAGE */
function timeOf(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || !/^\d{4}-\d\d-\d\d/.test(text))
    throw new FirebreakError('FB-USAGE', `"${text}" is no time. Write 2026-11-21T10:00:00Z.`);
  return at.toISOString();
}
