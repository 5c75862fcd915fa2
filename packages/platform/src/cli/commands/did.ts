import type { CouldDid, Gap, NormalEvent } from '@firebreak/contract';
import { FirebreakError } from '@firebreak/contract';
import type { Command } from 'commander';
import { systemsOf } from '../../events/formats/index.ts';
import { moment } from '../../events/moment.ts';
import { nodeFinder } from '../../events/node-finder.ts';
import { readEvents } from '../../events/read-events.ts';
import { couldVersusDid } from '../../investigation/could-did.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { bold, dim, joined, red, type Shown, show, yellow } from '../shown.ts';
import { openSource, repeated, type SourceOptions, withJson, withSource } from '../source-options.ts';
import { startingPoints } from '../starting-points.ts';

const shown = 40;
/** Events that are held at a time; what is more is a gap. */
const mostEvents = 2_000_000;

interface DidOptions extends SourceOptions {
  readonly compromised: string[];
  readonly events?: string[];
  readonly since?: string;
  readonly json?: boolean;
}

/** `firebreak did`: what the compromised could reach, and what the logs say was touched. */
export function didCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withSource(program.command('did')))
    .description('could versus did: what the compromised could reach, and what the logs say was really touched')
    .requiredOption('--compromised <node>', 'what the attacker holds; may be repeated', repeated)
    .option('--events <path>', 'folder or file of events, - for standard input; may be repeated', repeated)
    .option('--since <time>', 'only what happened from then on')
    .action(async (options: DidOptions) => {
      const since = options.since === undefined ? undefined : moment(options.since);
      if (options.since !== undefined && since === undefined)
        throw new FirebreakError('FB-USAGE', `"${options.since}" is no time. Write 2026-11-21T10:00:00Z.`);
      const source = await openSource(cli, options);
      const graph = source.graph();
      const compromised = startingPoints(graph, options.compromised, output);
      const log = await atWork(cli, 'Reading events', (signal) =>
        readAll(options.events ?? [], signal, cli.terminal.input),
      );
      const answer = couldVersusDid({ graph, compromised, find: nodeFinder(graph), since, ...log });
      if (options.json) await output.json(answer);
      else await output.text(describe(answer));
      output.limited(answer.completeness);
    });
}

async function readAll(paths: readonly string[], signal: AbortSignal, input: AsyncIterable<Uint8Array>) {
  const events: NormalEvent[] = [];
  const gaps: Gap[] = [];
  const formats = new Set<string>();
  let over = 0;
  for (const path of paths)
    for await (const read of readEvents(path, new Date(), signal, input)) {
      if ('gap' in read) gaps.push(read.gap);
      else if ('passed' in read) formats.add(read.passed);
      else {
        formats.add(read.event.source.format);
        if (events.length < mostEvents) events.push(read.event);
        else over += 1;
      }
    }
  if (over > 0) gaps.push(tooMany(over));
  return { events, gaps, logged: systemsOf(formats) };
}

function tooMany(over: number): Gap {
  const reason = `More than ${mostEvents} events: ${over} were not looked at.`;
  return { kinds: ['*'], where: 'events', code: 'FB-EVENT-UNREADABLE', reason, next: 'Narrow the files down.' };
}

function describe(answer: CouldDid): Shown {
  const { could, log, actors, did, abused, logged, untouched, unlogged } = answer;
  const done = did.filter(({ events }) => events > 0);
  const tried = did.filter(({ events }) => events === 0);
  return joined([
    bold(
      show`It could reach ${could.reached} nodes, ${could.jewels} crown jewels among them. It touched ${done.length}, ${done.filter(({ jewel }) => jewel !== undefined).length} of them crown jewels.`,
    ),
    show`${log.theirs} of ${log.events} events are its own${log.first === undefined ? '' : `, from ${log.first} to ${log.last}`}. ${log.within} more are of identities within reach that no event shows to have been taken.`,
    ...actors.map(describeActor),
    ...(done.length === 0 ? [] : [bold('Touched')]),
    ...done.slice(0, shown).map(describeTouched),
    ...(done.length > shown ? [show`… and ${done.length - shown} more (--json has them all)`] : []),
    ...(tried.length === 0 ? [] : [bold('Tried, and refused')]),
    ...tried
      .slice(0, shown)
      .map(
        ({ node, refused, first, operations }) =>
          show`  ${node.id}  ${refused} times since ${first}: ${operations.map(({ operation }) => operation).join(', ')}`,
      ),
    ...(abused.length === 0 ? [] : [bold('Grants that were abused')]),
    ...abused
      .slice(0, shown)
      .map(({ type, from, to, words, events }) => show`  ${type}  ${from} → ${to}  ${events} times. ${words}`),
    ...(untouched.length === 0
      ? []
      : [show`${untouched.length} crown jewels within reach were not touched, as far as the logs tell.`]),
    ...logged.flatMap(({ system, format, gap }) =>
      gap === undefined ? [] : [yellow(show`The log ${format} of ${system} is not whole. ${gap}`)],
    ),
    ...unlogged.map(({ system, reached, jewels, why }) =>
      yellow(show`Unknown for ${system}: ${reached} nodes within reach, ${jewels} crown jewels. ${why}`),
    ),
  ]);
}

function describeActor({ node, events, first, last, takenBy, sessions }: CouldDid['actors'][number]): Shown {
  const taken = takenBy === undefined ? '' : show`  taken ${takenBy.time} by ${takenBy.operation} of ${takenBy.from}`;
  return joined([
    show`  ${node.id}  ${events} events${events === 0 ? '' : `, ${first} to ${last}`}${taken}`,
    ...sessions
      .slice(0, 5)
      .map(({ session = 'no session told', address = 'no address', events: of }) =>
        dim(show`    ${session} from ${address}: ${of}`),
      ),
  ]);
}

function describeTouched({
  node,
  jewel,
  known,
  within,
  events,
  refused,
  first,
  last,
  operations,
  by,
  way,
}: CouldDid['did'][number]): Shown {
  const star = jewel === undefined ? '' : show`  ★ ${jewel}`;
  const unknown = within ? '' : red(known ? '  the graph knows no way' : '  not in the estate');
  const times = refused === 0 ? `${events} times` : `${events} times, ${refused} more refused`;
  return joined([
    show`  ${node.id}${star}${unknown}`,
    show`    ${times}, ${first} to ${last}: ${operations.map(({ operation }) => operation).join(', ')} by ${by.join(', ')}`,
    ...(way.length === 0 ? [] : [dim(show`    by way of ${way.map(({ type, to }) => `${type} → ${to}`).join(', ')}`)]),
  ]);
}
