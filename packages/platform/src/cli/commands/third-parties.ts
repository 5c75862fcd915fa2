import type { ThirdParties } from '@firebreak/contract';
import type { Command } from 'commander';
import { thirdPartiesOf } from '../../inventory/third-parties.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { bold, joined, type Shown, show, yellow } from '../shown.ts';
import { openSource, type SourceOptions, withJson, withSource } from '../source-options.ts';
import { describePath } from './paths.ts';

const shownReached = 10;

/** `firebreak third-parties`: what others run for us, and what it can get. */
export function thirdPartiesCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withSource(program.command('third-parties')))
    .description('services that others run: what they can get of model inputs, what constrains them, what they owe')
    .action(async (options: SourceOptions & { json?: boolean }) => {
      const source = await openSource(cli, options);
      const answer = await atWork(cli, 'Looking at third parties', async () => thirdPartiesOf(source.graph()));
      if (options.json) await output.json(answer);
      else await output.text(describeThirdParties(answer));
      output.limited(answer.completeness);
    });
}

function describeThirdParties({ vendors }: ThirdParties): Shown {
  if (vendors.length === 0) return show`No node names a vendor. A catalogue can say who runs what.`;
  return joined(
    vendors.map(({ vendor, services, reaches, reachedFrom, why, constrain, missing }) =>
      joined([
        bold(vendor),
        ...services.map(({ id, hosting, duties }) => {
          const owed = Object.entries(duties).map(([topic, duty]) => `${topic}: ${duty}`);
          return show`  ${id}${hosting === undefined ? '' : show` (${hosting})`}${owed.length === 0 ? '' : show`  owes ${owed.join('; ')}`}`;
        }),
        show`  can get ${reaches.length} models, data sets, prompts, agents and tools; ${reachedFrom} nodes of ours lead to it`,
        ...reaches
          .slice(0, shownReached)
          .map(
            ({ id, access, sensitivity }) =>
              show`    ${access} ${id}${sensitivity === undefined ? '' : show`  ${sensitivity}`}`,
          ),
        ...constrain.map(({ type, to, cut }) => show`  constrain ${type} → ${to.id}: ${cut}`),
        ...(missing.length === 0 ? [] : [show`  ${yellow('not stated')}: ${missing.join(', ')}`]),
        ...(why === undefined ? [] : [describePath(why)]),
      ]),
    ),
    '\n\n',
  );
}
