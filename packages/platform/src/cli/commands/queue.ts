import { type Case, type Closing, closings, FirebreakError } from '@firebreak/contract';
import { Argument, type Command, Option } from 'commander';
import { timelineMarkdown } from '../../investigation/timeline-markdown.ts';
import { describeCase, describeQueue, describeSuppressions } from '../case-text.ts';
import type { CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName, withTarget } from '../desk-options.ts';
import { joined, show } from '../shown.ts';
import { withJson } from '../source-options.ts';
import type { CaseDesk } from '../world.ts';

interface DecideOptions {
  readonly reason: string;
  readonly as?: string;
  readonly json?: boolean;
}

interface SuppressOptions extends DecideOptions {
  readonly detector?: string;
  readonly identity?: string;
  readonly asset?: string;
  readonly title?: string;
  readonly note?: string;
  readonly session?: string;
  readonly days: string;
}

const dayMs = 86_400_000;
const pageSize = 2000;

/** `firebreak queue` and what is decided there: merge, split, open, close, suppress; and the timeline of one. */
export function queueCommands(program: Command, cli: CommandLine): void {
  const { output } = cli;

  withJson(withDesk(program.command('queue [incident]')))
    .description(
      'incidents as people work them, the most severe first; or one with its detections and why they are in it',
    )
    .option('--all', 'closed, merged and suppressed ones as well')
    .action(async (id: string | undefined, { json, all }: { json?: boolean; all?: boolean }, command: Command) => {
      if (id !== undefined) {
        const found = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.cases.case(id));
        await (json ? output.json(found) : output.text(describeCase(found)));
        return;
      }
      const queue = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.cases.queue(all === true));
      await (json ? output.json(queue) : output.text(describeQueue(queue)));
    });

  withTarget(withDesk(program.command('timeline <incident>')))
    .description('what the attacker, the platform, our own steps and people did, in one chain, as Markdown')
    .addOption(new Option('--json', 'one JSON document instead'))
    .action(async (incident: string, { json }: { json?: boolean }, command: Command) => {
      const timeline = await atDesk(cli, command, { doing: 'Reading', target: true, incident }, async (desk) => {
        const { signal } = new AbortController();
        const whole = await desk.cases.timeline(incident, { after: undefined, limit: pageSize }, signal);
        const moments = [...whole.moments];
        for (let { next } = whole; next !== null; ) {
          const page = await desk.cases.timeline(incident, { after: next, limit: pageSize }, signal);
          moments.push(...page.moments);
          next = page.next;
        }
        return { ...whole, moments, next: null };
      });
      if (json) await output.json(timeline);
      else
        await output.text(
          joined(
            timelineMarkdown(timeline)
              .split('\n')
              .map((line) => show`${line}`),
          ),
        );
      output.limited(timeline.completeness);
    });

  const deciding = (name: string, description: string) =>
    withJson(withName(withDesk(program.command(name))))
      .description(description)
      .requiredOption('--reason <text>', 'why; it is written into the evidence');
  const decided = async (
    command: Command,
    { as, json, reason }: DecideOptions,
    work: (cases: CaseDesk, signed: { by: string; reason: string }) => Promise<Case>,
  ) => {
    const by = actingName(as);
    const found = await atDesk(cli, command, { doing: 'Deciding' }, (desk) => work(desk.cases, { by, reason }));
    await (json ? output.json(found) : output.text(describeCase(found)));
  };

  deciding('merge <incident> <others...>', 'put other incidents into one; no rule takes them apart again').action(
    (into: string, from: string[], options: DecideOptions, command: Command) =>
      decided(command, options, (cases, signed) => cases.merge({ into, from, ...signed })),
  );
  deciding(
    'split <incident> <detections...>',
    'take detections out into an incident of their own; no rule puts the two together again',
  ).action((incident: string, detections: string[], options: DecideOptions, command: Command) =>
    decided(command, options, (cases, signed) => cases.split({ incident, detections, ...signed })),
  );
  deciding('open <detections...>', 'open an incident of detections that are in none').action(
    (detections: string[], options: DecideOptions, command: Command) =>
      decided(command, options, (cases, signed) => cases.openFrom({ detections, ...signed })),
  );
  deciding('close <incident>', 'close an incident: it leaves the queue and gathers no more detections')
    .addArgument(new Argument('<as>', 'what it was').choices(closings))
    .action((incident: string, as: Closing, options: DecideOptions, command: Command) =>
      decided(command, options, (cases, signed) => cases.close({ incident, as, ...signed })),
    );
  deciding('reopen <incident>', 'open a closed incident again').action(
    (incident: string, options: DecideOptions, command: Command) =>
      decided(command, options, (cases, signed) => cases.reopen({ incident, ...signed })),
  );

  deciding(
    'adopt <incident>',
    'make roots that were found since compromised nodes of the incident, for the next plan',
  ).action((incident: string, options: DecideOptions, command: Command) =>
    decided(command, options, (cases, signed) => cases.adoptRoots({ incident, ...signed })),
  );

  deciding('suppress', 'hide detections of a scope; they are kept and counted')
    .option('--detector <id>', 'of this detector')
    .option('--identity <node>', 'by this node')
    .option('--asset <node>', 'about this node')
    .addOption(new Option('--title <text>', 'whose title holds this').conflicts(['note', 'session']))
    .addOption(new Option('--note <text>', 'whose note holds this').conflicts(['title', 'session']))
    .addOption(new Option('--session <text>', 'of a session that holds this').conflicts(['title', 'note']))
    .option('--days <days>', 'for so long, at most a year', '30')
    .action(async (options: SuppressOptions, command: Command) => {
      const by = actingName(options.as);
      const made = await atDesk(cli, command, { doing: 'Suppressing' }, (desk) =>
        desk.cases.suppress({ scope: scopeOf(options), reason: options.reason, until: untilOf(options.days), by }),
      );
      await (options.json ? output.json(made) : output.text(describeSuppressions([made])));
    });

  withJson(withName(withDesk(program.command('suppressions'))))
    .description('what hides detections, and how many')
    .option('--end <suppression>', 'end this one now')
    .action(async ({ end, as, json }: { end?: string; as?: string; json?: boolean }, command: Command) => {
      const by = actingName(as);
      const all = await atDesk(cli, command, { doing: 'Looking' }, async (desk) =>
        end === undefined ? await desk.cases.suppressions() : [await desk.cases.endSuppression({ id: end, by })],
      );
      await (json ? output.json({ suppressions: all }) : output.text(describeSuppressions(all)));
    });
}

/** @throws FirebreakError FB-USAGE */
function scopeOf({
  detector,
  identity,
  asset,
  title,
  note,
  session,
}: SuppressOptions): Parameters<CaseDesk['suppress']>[0]['scope'] {
  const [field, holds] = Object.entries({ title, note, session }).find(([, text]) => text !== undefined) ?? [];
  const scope = {
    ...(detector === undefined ? {} : { detector }),
    ...(identity === undefined ? {} : { identity }),
    ...(asset === undefined ? {} : { asset }),
    ...(holds === undefined ? {} : { text: { field: field as 'title' | 'note' | 'session', holds } }),
  };
  if (Object.keys(scope).length === 0)
    throw new FirebreakError('FB-USAGE', 'What? Give --detector, --identity, --asset, --title, --note or --session.');
  return scope;
}

/** @throws FirebreakError FB-USAGE */
function untilOf(days: string): Date {
  const count = Number(days);
  if (!(count > 0 && count <= 366)) throw new FirebreakError('FB-USAGE', '--days is more than 0 and at most 366.');
  return new Date(Date.now() + count * dayMs);
}
