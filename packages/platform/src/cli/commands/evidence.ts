import { createReadStream, createWriteStream } from 'node:fs';
import { access, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { FirebreakError } from '@firebreak/contract';
import type { Command } from 'commander';
import pc from 'picocolors';
import { verifyEvidence } from '../../ledger/evidence-verify.ts';
import { atDesk, type DataOptions, operatorName, withData } from '../data-options.ts';
import { exitCodes, printJson, printText, visible, withProgress } from '../output.ts';
import type { World } from '../world.ts';

/** `firebreak evidence export` and `verify`. Verifying needs nothing but the file. */
export function evidenceCommands(program: Command, world: World): void {
  const evidence = program.command('evidence').description('export and verify the evidence of an incident');

  withData(evidence.command('export <incident>'))
    .description('write one file that anybody can verify')
    .requiredOption('-o, --output <file>', 'the file')
    .option('--as <name>', 'who exports', operatorName())
    .action(async (incident: string, options: DataOptions & { output: string; as: string }) => {
      await atDesk(world, options, async (desk) => {
        // Whole or not at all: half an evidence file under the final name would look like tampering.
        const draft = `${options.output}.part`;
        try {
          await withProgress('Exporting', () =>
            pipeline(desk.exportEvidence(incident, options.as), createWriteStream(draft, { mode: 0o600 })),
          );
          await rename(draft, options.output);
        } finally {
          await rm(draft, { force: true });
        }
        await printText(`${options.output}\nverifier key: ${desk.verifierKey}`);
      });
    });

  evidence
    .command('verify <file>')
    .description('check an evidence file; needs no database and no server')
    .option('--key <vkey>', 'the verifier key, had by another way than the file')
    .option('--json', 'one JSON document')
    .action(async (file: string, options: { key?: string; json?: boolean }) => {
      await access(file).catch((cause: unknown) => {
        throw new FirebreakError('FB-EVIDENCE-UNREADABLE', `${file} cannot be opened.`, { cause });
      });
      const report = await withProgress('Verifying', () =>
        verifyEvidence(createReadStream(file), options.key === undefined ? {} : { verifierKey: options.key }),
      );
      if (options.json) await printJson(report);
      else {
        for (const { check, ok, detail } of report.checks)
          await printText(`${ok ? pc.green('ok  ') : pc.red('FAIL')}  ${check}: ${visible(detail)}`);
        await printText(
          `${report.ok ? 'verified' : pc.red('NOT VERIFIED')}: incident ${visible(report.incident)}, ${report.entries} entries, ${report.blobs} blobs, tree size ${report.treeSize}`,
        );
        if (report.keySource === 'embedded')
          await printText(
            pc.yellow(
              'The key came with the file: this shows that the file agrees with itself. Give --key to know who signed it.',
            ),
          );
      }
      if (!report.ok) process.exitCode = exitCodes.checkFailed;
    });
}
