import { type Execution, FirebreakError, type Incident } from '@firebreak/contract';
import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { atDesk, withDesk } from '../desk-options.ts';
import { describeExecution } from '../execution-text.ts';
import { joined, type Shown, show, table } from '../shown.ts';
import { withJson } from '../source-options.ts';

/** `firebreak status`: incidents, or one of them. */
export function statusCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withDesk(program.command('status [incident]')))
    .description('where incidents stand')
    .option('--ocsf', 'the response to an incident as OCSF events with D3FEND countermeasures, one JSON object a line')
    .action(async (id: string | undefined, { json, ocsf }: { json?: boolean; ocsf?: boolean }, command: Command) => {
      if (ocsf === true) {
        if (id === undefined) throw new FirebreakError('FB-USAGE', 'Events are of one incident: name it.');
        await output.jsonLines(
          await atDesk(cli, command, { doing: 'Looking' }, (desk) => valuesOf(desk.playbooks.responseEvents(id))),
        );
        return;
      }
      if (id === undefined) {
        const incidents = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.incidents());
        await (json ? output.json({ incidents }) : output.text(describeIncidents(incidents)));
        return;
      }
      const found = await atDesk(cli, command, { doing: 'Looking' }, async (desk) => ({
        incident: await desk.incident(id),
        execution: await desk.execution(id),
      }));
      await (json ? output.json(found) : output.text(describeIncident(found)));
    });
}

function describeIncidents(incidents: readonly Incident[]): Shown {
  if (incidents.length === 0) return show`There is no incident.`;
  return table(
    ['incident', 'state', 'opened', 'title', 'note'],
    incidents.map(({ id, state, openedAt, title, note }) => [id, state, openedAt, title, note]),
  );
}

function describeIncident({ incident, execution }: { incident: Incident; execution: Execution | null }): Shown {
  const head = show`${incident.title}: ${incident.state}. ${incident.note}`;
  return execution === null ? head : joined([head, describeExecution(execution)]);
}

/** The values of JSON Lines. */
async function valuesOf(chunks: AsyncIterable<Uint8Array>): Promise<readonly unknown[]> {
  const bytes: Uint8Array[] = [];
  for await (const chunk of chunks) bytes.push(chunk);
  const lines = Buffer.concat(bytes).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): unknown => JSON.parse(line));
}
