/** `firebreak ingest --nats`: events of files → a bus. What is put there twice counts once. */
import { FirebreakError, type Gap } from '@firebreak/contract';
import { readEvents } from '../../events/read-events.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { show } from '../shown.ts';

interface BusOptions {
  readonly nats: string;
  readonly partitions: number;
  readonly follow?: boolean;
  readonly speed?: number;
  readonly state?: string;
  readonly since?: Date;
  readonly json?: boolean;
}

/** @throws FirebreakError FB-USAGE with options that only a server takes, FB-BUS-UNREACHABLE */
export async function publishFiles(cli: CommandLine, paths: readonly string[], options: BusOptions): Promise<void> {
  const { world, output, terminal } = cli;
  const { follow, speed, state, since } = options;
  if (follow === true || [speed, state, since].some((option) => option !== undefined))
    throw new FirebreakError('FB-USAGE', '--follow, --speed, --state and --since go with a server, not with --nats.');
  const gaps: Gap[] = [];
  let passed = 0;
  const counts = await atWork(cli, 'Publishing events', async (signal, progress) => {
    const bus = await world.openPublisher(options.nats, options.partitions);
    try {
      let sent = 0;
      for (const path of paths)
        for await (const read of readEvents(path, new Date(), signal, terminal.input)) {
          if ('gap' in read) gaps.push(read.gap);
          else if ('passed' in read) passed += 1;
          else {
            await bus.publish(read.event, read.raw);
            sent += 1;
            if (sent % 1000 === 0) progress(`${sent} events sent`);
          }
        }
      return await bus.settled();
    } finally {
      await bus.close();
    }
  });
  const { published, duplicates } = counts;
  if (options.json) await output.json({ published, duplicates, passed, gaps });
  else
    await output.text(
      show`${published} events are on the bus, ${duplicates} were there already, ${passed} tell of nothing that happened`,
    );
  output.limited(gaps.length === 0 ? { answer: 'complete' } : { answer: 'limited', reasons: gaps });
}
