import type { Channel, Channels } from '@firebreak/contract';
import type { Command } from 'commander';
import { channelsOf } from '../../inventory/channels.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { bold, joined, type Shown, show, yellow } from '../shown.ts';
import { openSource, type SourceOptions, withJson, withSource } from '../source-options.ts';
import { channelAuditCommands } from './channel-audit.ts';

const shownNames = 12;

/** `firebreak channels`: every way by which code or models get to run. */
export function channelsCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const channels = program.command('channels');
  channelAuditCommands(channels, cli);
  withJson(withSource(channels))
    .description('update channels: who may publish, promote and pull, and where build and runtime authority mix')
    .action(async (options: SourceOptions & { json?: boolean }) => {
      const source = await openSource(cli, options);
      const answer = await atWork(cli, 'Looking at channels', async () => channelsOf(source.graph()));
      if (options.json) await output.json(answer);
      else await output.text(describeChannels(answer));
      output.limited(answer.completeness);
    });
}

function describeChannels({ channels, counts }: Channels): Shown {
  return joined([
    ...channels.map(describeChannel),
    show`${counts.channels} channels, ${counts.publishers} identities and credentials may publish or promote; in ${counts.mixed} channels build and runtime authority mix.`,
  ]);
}

function describeChannel({ id, driven, sources, delivers, publish, promote, pull, findings }: Channel): Shown {
  return joined([
    show`${bold(id)}  (driven by ${driven})`,
    ...(sources.length === 0 ? [] : [show`  from      ${names(sources)}`]),
    show`  delivers  ${names(delivers)}`,
    show`  publish   ${names(publish)}`,
    show`  promote   ${names(promote)}`,
    show`  pull      ${names(pull)}`,
    ...findings.map(
      ({ finding, actor, why }) =>
        show`  ${yellow(finding === 'static-publisher' ? 'static   ' : 'mixed    ')} ${actor.id}: ${why}`,
    ),
  ]);
}

function names(refs: readonly { readonly id: string }[]): string {
  if (refs.length === 0) return 'nobody known';
  const shown = refs
    .slice(0, shownNames)
    .map(({ id }) => id)
    .join(', ');
  return refs.length > shownNames ? `${shown} and ${refs.length - shownNames} more` : shown;
}
