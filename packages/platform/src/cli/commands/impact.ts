import type { Breakage } from '@firebreak/contract';
import type { Command } from 'commander';
import { privilegesOf } from '../../inventory/privileges.ts';
import { breakageOf } from '../../planning/breakage.ts';
import { observedUse } from '../../planning/price/observed-use.ts';
import { nowOf, withNow } from '../answer-options.ts';
import { readAuditLog } from '../audit-log.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { bold, dim, joined, red, type Shown, show, yellow } from '../shown.ts';
import { openSource, repeated, type SourceOptions, withJson, withSource } from '../source-options.ts';

interface ImpactOptions extends SourceOptions {
  readonly used?: readonly string[];
  readonly now?: Date;
  readonly json?: boolean;
}

const shownWays = 10;
const shownHolders = 20;

/** `firebreak impact`: what breaks if this is revoked. */
export function impactCommand(program: Command, cli: CommandLine): void {
  const { output, world } = cli;
  withJson(withNow(withSource(program.command('impact <what>'))))
    .description('what breaks if a node is revoked or an action is carried out (`action name=value …` or its key)')
    .option(
      '--used <file>',
      'audit log of the API server (audit.k8s.io/v1, JSON lines), - for standard input; may be repeated',
      repeated,
    )
    .action(async (what: string, options: ImpactOptions) => {
      const source = await openSource(cli, options);
      const answer = await atWork(cli, 'Asking who would notice', async (signal) => {
        const used = [];
        for (const file of options.used ?? []) used.push(await readAuditLog(file, cli.terminal.input, signal));
        const graph = source.graph();
        const record = privilegesOf(graph, { query: 'class = identity', now: nowOf(options), used });
        return breakageOf(graph, what, await world.actions(), observedUse(graph, record));
      });
      if (options.json) await output.json(answer);
      else await output.text(describeBreakage(answer));
      output.limited(answer.completeness);
    });
}

const useWords: Record<Breakage['holders'][number]['use'], string> = {
  observed: 'seen to use it',
  'never-observed': 'never seen to use it',
  granted: 'granted; use unknown',
};

function describeBreakage({ about, ways, holders, holderCount, gives, givesCount, evidence }: Breakage): Shown {
  const [name, title] = 'title' in about ? [about.key, about.title] : [about.id, undefined];
  return joined([
    show`${bold(name)}${title === undefined ? '' : show`\n${title}`}`,
    show`${holderCount} hold it by one granted step, it gives ${givesCount} things. ${evidence.length === 0 ? 'No record of use was read: what is granted is taken for used.' : `Record of use: ${evidence.join(', ')}.`}`,
    ...holders
      .slice(0, shownHolders)
      .map(
        ({ id, by, use, owner }) =>
          show`  ${id}  ${dim(show`${by}, ${useWords[use]}${owner === undefined ? '' : `, ${owner}`}`)}`,
      ),
    ...(gives.length === 0
      ? []
      : [
          show`gives: ${gives
            .slice(0, shownHolders)
            .map(({ id }) => id)
            .join(', ')}${gives.length > shownHolders ? ', …' : ''}`,
        ]),
    ...(ways.length === 0 ? [yellow('Nothing at hand revokes it.')] : []),
    ...ways.slice(0, shownWays).map(describeWay),
    ...(ways.length > shownWays ? [show`… and ${ways.length - shownWays} more ways (--json has them all)`] : []),
  ]);
}

function describeWay({ title, cost, reasons, interrupts, drastic, ruledOut, undo }: Breakage['ways'][number]): Shown {
  return joined([
    show`${bold(title)}  ${dim(show`cost ${cost}`)}${drastic ? show` ${red('drastic: two persons')}` : ''}`,
    ...(ruledOut === undefined ? [] : [show`     ${yellow(ruledOut)}`]),
    ...interrupts.map(({ who, what, use }) => show`     breaks  ${who.id}: ${what} ${dim(useWords[use])}`),
    ...reasons.map(({ what, points }) => show`${String(points).padStart(10)}  ${what}`),
    show`     undo    ${undo}`,
  ]);
}
