import { setTimeout as sleep } from 'node:timers/promises';
import type { Gap, TakenEvents } from '@firebreak/contract';
import { type Command, InvalidArgumentError } from 'commander';
import { isBucketAddress } from '../../intake/bucket.ts';
import { gap } from '../../intake/gap.ts';
import { makeGapTally } from '../../intake/gap-tally.ts';
import { moment } from '../answer-options.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { feedBucket } from '../feed/bucket.ts';
import { publishFiles } from '../feed/bus.ts';
import { feedFiles } from '../feed/files.ts';
import { EventPace } from '../feed/pace.ts';
import { EventSender, placesIn } from '../feed/sender.ts';
import { openServer, type ServerOptions, withServer } from '../server-options.ts';
import { show } from '../shown.ts';
import { wholeNumber, withJson } from '../source-options.ts';

interface IngestOptions extends ServerOptions {
  readonly follow?: boolean;
  readonly speed?: number;
  readonly state?: string;
  readonly since?: Date;
  readonly nats?: string;
  readonly partitions: number;
  readonly json?: boolean;
}

const gapsShown = 20;

/** `firebreak ingest`: logs on this machine or in a bucket → a server. */
export function ingestCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withServer(program.command('ingest <paths...>')))
    .description(
      'send events of files, folders, buckets (s3://bucket/prefix) or standard input (-) to a server; what is sent twice counts once',
    )
    .option('--follow', 'go on with what is appended, through rotation and truncation, until interrupted')
    .option('--speed <factor>', 'play them back at the pace of their own times, so many times as fast: 10x', factor)
    .option('--state <file>', 'remember how far each file was sent, and go on from there')
    .option('--since <time>', 'of a bucket, only what was written from then on', moment)
    .option('--nats <url>', 'put them on a NATS JetStream instead, from which servers take them (docs/hunting.md)')
    .option('--partitions <number>', 'parts that the events on NATS are divided into', wholeNumber(1, 256), 1)
    .action(async (paths: string[], options: IngestOptions) => {
      if (options.nats !== undefined) return publishFiles(cli, paths, { ...options, nats: options.nats });
      const counts = { kept: 0, duplicates: 0, passed: 0, unreadable: 0 };
      const tally = makeGapTally(gapsShown);
      const gaps: Gap[] = [];
      const client = openServer(options);
      const follow = options.follow === true;
      const places = await placesIn(options.state);
      const tell = (found: Gap) => {
        for (const each of tally.add(found)) {
          gaps.push(each);
          // Whoever follows is told while it goes on, and not when it ends one day.
          if (follow) output.note(show`${each.where}: ${each.reason}`);
        }
      };
      const told = (taken: TakenEvents, from: string) => {
        counts.kept += taken.kept;
        counts.duplicates += taken.duplicates;
        counts.passed += taken.passed;
        counts.unreadable += taken.problems.length + taken.more;
        for (const { why } of taken.problems) tell(gap('FB-EVENT-UNREADABLE', ['*'], from, why));
      };
      await atWork(cli, 'Sending events', async (signal, progress) => {
        const pace = options.speed === undefined ? undefined : new EventPace(options.speed);
        const all = async (path: string, signal: AbortSignal) => {
          const sender = new EventSender({ client, signal, told, state: options.state, patient: follow }, places);
          const idle = () => sender.flush();
          const wish = { path, input: cli.terminal.input, follow, places, signal, idle, since: options.since };
          for await (const fed of isBucketAddress(path) ? feedBucket(wish) : feedFiles(wish)) {
            if ('gap' in fed) {
              counts.unreadable += 1;
              tell(fed.gap);
              continue;
            }
            const wait = pace?.until(fed.text, Date.now()) ?? 0;
            if (wait > 0) {
              await sender.flush();
              await sleep(wait, undefined, { signal });
            }
            await sender.add(fed.text, fed.file, fed.place);
            progress(`${counts.kept + counts.duplicates} events sent`);
          }
          await sender.flush();
        };
        for (const path of paths) if (!follow) await all(path, signal);
        if (follow) await untilInterrupted(signal, (either) => paths.map((path) => all(path, either)));
      });
      gaps.push(...tally.rest());
      if (options.json) await output.json({ ...counts, gaps });
      else
        await output.text(
          show`${counts.kept} events kept, ${counts.duplicates} were there already, ${counts.passed} tell of nothing that happened, ${counts.unreadable} could not be read`,
        );
      output.limited(gaps.length === 0 ? { answer: 'complete' } : { answer: 'limited', reasons: gaps });
    });
}

/** To follow is to be interrupted: that is its end and no failure. A source that fails ends the others: nobody would miss it beside them. */
async function untilInterrupted(
  signal: AbortSignal,
  begin: (either: AbortSignal) => readonly Promise<void>[],
): Promise<void> {
  const failed = new AbortController();
  const works = begin(AbortSignal.any([signal, failed.signal]));
  try {
    await Promise.all(works);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(works);
    if (!signal.aborted) throw error;
  }
}

function factor(text: string): number {
  const found = /^(\d+(?:\.\d+)?)x?$/.exec(text);
  const value = Number(found?.[1]);
  if (found === null || value <= 0) throw new InvalidArgumentError('Write it as 10x.');
  return value;
}
