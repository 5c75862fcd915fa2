import {
  FirebreakError,
  type Gap,
  type NormalEvent,
  type Telemetry,
  type TelemetryBatch,
  telemetryBatchSchema,
} from '@firebreak/contract';
import type { Command } from 'commander';
import { correlatesOf } from '../../detection/drift/correlates.ts';
import { telemetryOf } from '../../detection/drift/telemetry-answer.ts';
import { upstreamOf } from '../../detection/drift/upstream.ts';
import { streamDetectors } from '../../detection/stream/index.ts';
import { nodeFinder } from '../../events/node-finder.ts';
import { readEvents } from '../../events/read-events.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName } from '../desk-options.ts';
import { bold, dim, joined, red, type Shown, show, table, yellow } from '../shown.ts';
import { openSource, repeated, type SourceOptions, withJson, withSource } from '../source-options.ts';
import { readText } from '../text-input.ts';

const shown = 20;
const mostBytes = 16 << 20;
/** Events that a drift may be laid beside; of inferences none are kept. */
const mostEvents = 500_000;

/** `firebreak telemetry`: drift of models and queries that are made to learn them. */
export function telemetryCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const telemetry = program
    .command('telemetry')
    .description('drift of models, what happened beside it, and clients that query as for extraction');

  withJson(withDesk(telemetry.command('show', { isDefault: true })))
    .description('models, their metrics, drifts and clients, as the server has watched them')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const answer = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.telemetry.show());
      await (json ? output.json(answer) : output.text(described(answer)));
      output.limited(answer.completeness);
    });

  withJson(withName(withDesk(telemetry.command('send <file>'))))
    .description('send a batch of inferences (docs/model-telemetry.md); `-` is standard input')
    .action(async (file: string, { json, as }: { json?: boolean; as?: string }, command: Command) => {
      const by = actingName(as);
      const batch = await atWork(cli, 'Reading', async (signal) =>
        batchIn(await readText(file, { mostBytes, signal, input: cli.terminal.input })),
      );
      const taken = await atDesk(cli, command, { doing: 'Sending' }, (desk) => desk.telemetry.send(batch, by));
      if (json) await output.json(taken);
      else
        await output.text(
          show`${taken.records} records of ${taken.model} ${taken.known ? 'were there already' : 'were kept'}`,
        );
    });

  withJson(withSource(telemetry.command('check')))
    .description('the same over files of events and batches, without a server; exit 1 when something is found')
    .requiredOption('--events <path>', 'folder or file of events, - for standard input; may be repeated', repeated)
    .action(async ({ events: paths, json, ...options }: SourceOptions & { events: string[]; json?: boolean }) => {
      const source = options.from === undefined ? undefined : await openSource(cli, options);
      const answer = await atWork(cli, 'Reading events', async (signal) => {
        const graph = source?.graph();
        const { states, others, gaps } = await replayed(paths, signal, cli.terminal.input);
        if (graph === undefined)
          return telemetryOf(states, {
            nodeOf: () => null,
            gaps,
            beside: async ({ began, versions }) =>
              correlatesOf({ began, versions, upstream: undefined, events: [], detections: [], find: undefined }),
          });
        const find = nodeFinder(graph);
        return telemetryOf(states, {
          gaps,
          nodeOf: (model, told) => upstreamOf(graph, find, model, told)?.model ?? null,
          beside: async ({ model, node, ...drift }) =>
            correlatesOf({
              ...drift,
              upstream: upstreamOf(graph, find, model, node),
              events: others,
              detections: [],
              find,
            }),
        });
      });
      await (json ? output.json(answer) : output.text(described(answer)));
      if (answer.models.some(({ drifts }) => drifts.length > 0) || answer.clients.some(({ found }) => found !== null))
        output.checkFailed();
      output.limited(answer.completeness);
    });
}

/** @throws FirebreakError FB-USAGE */
function batchIn(text: string): TelemetryBatch {
  const read = telemetryBatchSchema.safeParse(parsed(text));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new FirebreakError('FB-USAGE', `It is no batch of telemetry. ${issue?.path.join('.')}: ${issue?.message}.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FirebreakError('FB-USAGE', 'It is no JSON.');
  }
}

/** Lets the detectors see all events of files once each, and at the end what still waits to be looked at. */
async function replayed(paths: readonly string[], signal: AbortSignal, input: AsyncIterable<Uint8Array>) {
  const detectors = streamDetectors.filter(({ id }) => /^(model|extraction)\//.test(id));
  const running = detectors.map((is) => ({ is, runs: is.start() }));
  const formats = new Set(detectors.flatMap(({ needs }) => needs));
  const others: NormalEvent[] = [];
  const gaps: Gap[] = [];
  const known = new Set<string>();
  let [newest, over] = [0, 0];
  for (const path of paths)
    for await (const read of readEvents(path, new Date(), signal, input)) {
      if ('gap' in read) gaps.push(read.gap);
      if (!('event' in read) || known.has(read.event.id)) continue;
      if (known.size < mostEvents) known.add(read.event.id);
      newest = Math.max(newest, Date.parse(read.event.time));
      if (formats.has(read.event.source.format)) for (const { runs } of running) for (const _ of runs.see(read));
      else if (others.length < mostEvents) others.push(read.event);
      else over += 1;
    }
  if (over > 0) gaps.push(tooMany(over));
  // A window that was not filled is looked at as if a day had gone by.
  for (const { runs } of running) for (const _ of runs.advance(newest + 2 * 24 * 3600_000));
  return { states: Object.fromEntries(running.map(({ is, runs }) => [is.id, runs.state()])), others, gaps };
}

function tooMany(over: number): Gap {
  const reason = `More than ${mostEvents} events beside the inferences: ${over} were not looked at.`;
  return { kinds: ['*'], where: 'events', code: 'FB-EVENT-UNREADABLE', reason, next: 'Narrow the files down.' };
}

function described({ models, clients, populations, forgotten }: Telemetry): Shown {
  if (models.length === 0 && populations.length === 0) return show`No inference of any model was told.`;
  return joined([
    ...models.flatMap(describedModel),
    ...populations.map(({ model, state, windows, clients: of }) =>
      dim(
        show`clients of ${model}: ${state === 'learning' ? 'natural traffic is being learned' : 'watched'}, ${windows} windows of ${of} clients`,
      ),
    ),
    ...(clients.length === 0
      ? []
      : [
          table(
            ['client', 'model', 'queries', 'throttle', 'found', 'unusual'],
            clients.slice(0, shown).map(({ client, model, queries, throttle, found, signals }) => [
              client,
              model,
              queries,
              throttle.toFixed(2),
              found ?? '',
              Object.entries(signals)
                .filter(([, p]) => p < 0.05)
                .map(([name]) => name)
                .join(', '),
            ]),
          ),
        ]),
    ...forgotten.map((sentence) => yellow(show`${sentence}`)),
  ]);
}

function describedModel({ model, node, groups, drifts, versions }: Telemetry['models'][number]): Shown[] {
  const version = versions.at(-1)?.version;
  return [
    bold(
      show`${model}${version === undefined ? '' : `  version ${version}`}${node === null || node.id === model ? '' : `  ${node.id}`}`,
    ),
    ...groups.map(({ detector, observed, windows, metrics, falseAlarmRate }) => {
      const learning = metrics.filter(({ state }) => state === 'learning').length;
      const still = learning === 0 ? '' : `, ${learning} still learning`;
      return dim(
        show`  ${detector}  ${observed} inferences, ${windows} windows, ${metrics.length} metrics${still}; of unchanged windows ${falseAlarmRate} are an alarm`,
      );
    }),
    ...drifts
      .slice(0, shown)
      .flatMap(({ detector, metrics, began, found, ended, beside }) => [
        red(
          show`  ${detector}  since ${began.at} (${began.from} to ${began.to}), found ${found}${ended === null ? '' : `, over ${ended}`}`,
        ),
        ...metrics.slice(0, 5).map(({ name, what, p }) => show`    ${name}: ${what}  p ≤ ${p.toPrecision(2)}`),
        ...(beside.length === 0 ? [] : [show`    at that time, the best fit first; none of it need be the cause:`]),
        ...beside
          .slice(0, 5)
          .map(
            ({ time, what, about, score, why }) =>
              show`      ${score.toFixed(2)}  ${time}  ${what}${about === null ? '' : ` → ${about.id}`}  ${dim(why)}`,
          ),
      ]),
  ];
}
