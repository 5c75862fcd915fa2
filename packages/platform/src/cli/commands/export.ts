import { exportForms } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { atDesk, withDesk } from '../desk-options.ts';

/** `firebreak export`: an incident as other systems read it. */
export function exportCommand(program: Command, cli: CommandLine): void {
  withDesk(program.command('export <incident>'))
    .description('an incident as others read it: OCSF findings and response, an event a line, or a STIX 2.1 bundle')
    .addOption(new Option('--as <form>', 'the form').choices(exportForms).default('ocsf'))
    .action(async (id: string, { as }: { as: (typeof exportForms)[number] }, command: Command) => {
      const values = await atDesk(cli, command, { doing: 'Exporting' }, async (desk) => {
        const bytes: Uint8Array[] = [];
        for await (const chunk of desk.playbooks.exportIncident(id, as)) bytes.push(chunk);
        return Buffer.concat(bytes)
          .toString('utf8')
          .split('\n')
          .filter((line) => line !== '');
      });
      const parsed = values.map((line): unknown => JSON.parse(line));
      await (as === 'stix' ? cli.output.json(parsed[0]) : cli.output.jsonLines(parsed));
    });
}
