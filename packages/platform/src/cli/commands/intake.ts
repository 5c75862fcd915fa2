import type { IntakeStatus } from '@firebreak/contract';
import type { Command } from 'commander';
import { atWork, type CommandLine } from '../command-line.ts';
import { openServer, type ServerOptions, withServer } from '../server-options.ts';
import { joined, red, type Shown, show, table, yellow } from '../shown.ts';
import { withJson } from '../source-options.ts';

/** `firebreak intake`: how events come in, and how far the watch over them is. */
export function intakeCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withServer(program.command('intake')))
    .description('how events come in: by whom, what was not kept and why, how far the watch is behind, rules refused')
    .action(async (options: ServerOptions & { json?: boolean }) => {
      const status = await atWork(cli, 'Asking', (signal) => openServer(options).call('intake', {}, signal));
      await (options.json ? output.json(status) : output.text(describe(status)));
    });
}

function describe({ line, sources, logs, echoes, watch }: IntakeStatus): Shown {
  const parts = [
    show`Since the server started ${line.taken} events were kept, ${line.duplicates} were there already, ${line.passed} tell of nothing that happened; senders were told to come again ${line.refused} times for want of room and ${line.heldBack} times because the watch was behind.`,
    ...line.unreadable.map(({ why, events }) => yellow(show`  ${events} could not be read: ${why}`)),
  ];
  if (line.redacted.length > 0)
    parts.push(
      table(
        ['cut out before it was kept', 'places'],
        line.redacted.map(({ kind, places }) => [kind, places]),
      ),
    );
  if (sources.length > 0)
    parts.push(
      table(
        ['from', 'format', 'kept', 'again', 'passed', 'unreadable', 'last'],
        sources.map(({ source, format, taken, duplicates, passed, unreadable, last }) => [
          source,
          format,
          taken,
          duplicates,
          passed,
          unreadable,
          last,
        ]),
      ),
    );
  if (logs.length > 0)
    parts.push(
      table(
        ['log', 'events', 'first', 'last'],
        logs.map(({ format, events, first, last }) => [format, events, first, last]),
      ),
    );
  const ours = echoes.reduce((sum, { events }) => sum + events, 0);
  if (ours > 0)
    parts.push(show`${ours} findings of our own came back by others' ways; none of them became a detection.`);
  return joined([...parts, ...describeWatch(watch)]);
}

function describeWatch(watch: IntakeStatus['watch']): Shown[] {
  if (watch === null) return [yellow('Nothing watches these events.')];
  const { running, trouble, position, last, lagMs, rules, correlations, detectors, problems, stopped, others } = watch;
  const lag = lagMs === null ? show`` : show`, ${lagMs.p50} ms behind (one in a hundred ${lagMs.p99} ms)`;
  return [
    show`${rules} rules, ${correlations} correlations and ${detectors} detectors have seen event ${position} of ${last}${lag}; ${watch.detections} detections.`,
    ...(running ? [] : [red('The watch does not run.')]),
    ...(trouble === null ? [] : [yellow(show`What went wrong last: ${trouble}`)]),
    ...others.map(({ line, position, saved }) => show`Another watch, ${line}, had seen event ${position} at ${saved}.`),
    ...stopped.map(({ detector, why }) => red(show`${detector} failed and was stopped: ${why}`)),
    ...problems.map(({ code, file, line, reason, warning }) =>
      yellow(show`${warning ? 'warning' : 'refused'} ${code} ${file}:${line} ${reason}`),
    ),
  ];
}
