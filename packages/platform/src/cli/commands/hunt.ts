import type { Gap, Hunt, NormalEvent } from '@firebreak/contract';
import { FirebreakError } from '@firebreak/contract';
import type { Command } from 'commander';
import { moment } from '../../events/moment.ts';
import { readEvents } from '../../events/read-events.ts';
import { conditionOf } from '../../investigation/hunt/condition.ts';
import { type HuntPiece, hunt } from '../../investigation/hunt/hunt.ts';
import { judgeOf } from '../../investigation/hunt/judge.ts';
import { parseHunt } from '../../investigation/hunt/parse.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { openServer, type ServerOptions, withServer } from '../server-options.ts';
import { bold, dim, joined, type Shown, show, table } from '../shown.ts';
import { repeated, wholeNumber, withJson } from '../source-options.ts';

interface HuntOptions extends ServerOptions {
  readonly events?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly before?: number;
  readonly limit: number;
  readonly json?: boolean;
}

const mostShown = 500;

/** `firebreak hunt`: a question over the events that a server keeps, or over files. */
export function huntCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withServer(program.command('hunt <query>')))
    .description('events that a query means (docs/hunting.md), of a server, hot and cold, or of files')
    .option(
      '--events <path>',
      'folder or file of events instead of a server, - for standard input; may be repeated',
      repeated,
    )
    .option('--since <time>', 'of events from then on')
    .option('--until <time>', 'of events up to then')
    .option(
      '--before <number>',
      'the next page: what came in before this number',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option('--limit <number>', 'events to show', wholeNumber(1, mostShown), 50)
    .action(async (query: string, { events, limit, before, ...options }: HuntOptions) => {
      const [since, until] = [timeOf(options.since), timeOf(options.until)];
      const range = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
      const answer =
        events === undefined
          ? await atWork(cli, 'Hunting', (signal) =>
              openServer(options).call(
                'hunt',
                { query: { q: query, limit, ...range, ...(before === undefined ? {} : { before }) } },
                signal,
              ),
            )
          : await atWork(cli, 'Reading events', (signal) =>
              huntFiles({ query, limit, since, until }, piecesOf(events, signal, cli.terminal.input)),
            );
      await (options.json ? output.json(answer) : output.text(describe(answer)));
      output.limited(answer.completeness);
    });
}

interface FileHunt {
  readonly query: string;
  readonly limit: number;
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/** In the order of the files; there are no further pages, since files are read anew each time. */
async function huntFiles({ query, limit, since, until }: FileHunt, pieces: AsyncIterable<HuntPiece>): Promise<Hunt> {
  const parsed = parseHunt(query, new Date());
  const fits = conditionOf(parsed, () => []);
  const within = ({ time }: NormalEvent) =>
    (since === undefined || time >= since) && (until === undefined || time <= until);
  const answer = await hunt(pieces, {
    query,
    fits: (kept) => within(kept.event) && fits(kept),
    judge: judgeOf(parsed, () => []),
    limit,
    later: false,
    spent: () => false,
  });
  return { ...answer, next: null };
}

async function* piecesOf(
  paths: readonly string[],
  signal: AbortSignal,
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<HuntPiece> {
  const received = new Date();
  let no = 0;
  const gaps: Gap[] = [];
  for (const path of paths)
    for await (const read of readEvents(path, received, signal, input)) {
      if ('gap' in read) gaps.push(read.gap);
      if (!('event' in read)) continue;
      no += 1;
      const { event, raw } = read;
      const kept = {
        no,
        received,
        event,
        raw,
        get rawText() {
          return JSON.stringify(raw);
        },
      };
      yield { events: [kept], from: no, file: null };
    }
  for (const gap of gaps) yield { gap };
}

function describe({ events, found, looked, next, span, facets }: Hunt): Shown {
  const head = span === null ? show`` : show`, from ${span.first} to ${span.last}`;
  const most = Object.entries(facets ?? {}).filter(([, values]) => values.length > 0);
  return joined([
    bold(show`${found} events fit${head}. ${looked} were looked at.`),
    ...(events.length === 0
      ? []
      : [
          table(
            ['time', 'who', 'what', 'outcome', 'on', 'event'],
            events.map(({ event }) => [
              event.time,
              event.actor.id ?? event.actor.name,
              event.operation,
              event.outcome,
              event.targets.join(' '),
              event.id,
            ]),
          ),
        ]),
    ...most.map(([name, values]) =>
      dim(
        show`${name}: ${values
          .slice(0, 5)
          .map(({ value, events: count }) => `${value} ${count}`)
          .join(', ')}`,
      ),
    ),
    ...(next === null ? [] : [show`What came in earlier: --before ${next}`]),
  ]);
}

/** @throws FirebreakError FB-USAGE */
function timeOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const at = moment(text) ?? moment(`${text}T00:00:00Z`);
  if (at === undefined) throw new FirebreakError('FB-USAGE', `"${text}" is no time. Write 2026-11-21T10:00:00Z.`);
  return at;
}
