import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type EvidenceReport, FirebreakError } from '@firebreak/contract';
import type { Command } from 'commander';
import { verifyEvidence } from '../../ledger/evidence-verify.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName } from '../desk-options.ts';
import { describeChecks } from '../output.ts';
import { joined, red, type Shown, show, yellow } from '../shown.ts';
import { withJson } from '../source-options.ts';
import type { Terminal } from '../terminal.ts';

/** `firebreak evidence export` and `verify`. Verifying needs nothing but the file. */
export function evidenceCommands(program: Command, cli: CommandLine): void {
  const { output, terminal } = cli;
  const evidence = program.command('evidence').description('export and verify the evidence of an incident');

  withJson(withName(withDesk(evidence.command('export <incident>'))))
    .description('write one file that anybody can verify')
    .requiredOption('-o, --output <file>', 'the file')
    .action(async (incident: string, options: { output: string; as?: string; json?: boolean }, command: Command) => {
      const by = actingName(options.as);
      const verifierKey = await atDesk(cli, command, { doing: 'Exporting' }, async (desk) => {
        await writeWhole(options.output, desk.exportEvidence(incident, by));
        return desk.verifierKey(incident);
      });
      await (options.json
        ? output.json({ file: options.output, verifierKey })
        : output.text(show`${options.output}`, show`verifier key: ${verifierKey}`));
    });

  withJson(evidence.command('verify <file>'))
    .description('check an evidence file; needs no database and no server; - reads standard input')
    .option('--key <vkey>', 'the verifier key, had by another way than the file')
    .action(async (file: string, { key, json }: { key?: string; json?: boolean }) => {
      const report = await atWork(cli, 'Verifying', () =>
        verifyEvidence(bytesOf(file, terminal), key === undefined ? {} : { verifierKey: key }),
      );
      await (json ? output.json(report) : output.text(describeReport(report)));
      if (!report.ok) output.checkFailed();
    });
}

/** @throws FirebreakError FB-EVIDENCE-UNREADABLE */
async function* bytesOf(file: string, { input }: Terminal): AsyncGenerator<Uint8Array> {
  try {
    yield* file === '-' ? input : (createReadStream(file) as AsyncIterable<Uint8Array>);
  } catch (cause) {
    throw new FirebreakError('FB-EVIDENCE-UNREADABLE', `${file} cannot be read.`, { cause });
  }
}

/**
 * Whole or not at all: half an evidence file under the final name would look like tampering. The draft's name cannot be
 * guessed, so nobody can have put a link there.
 *
 * @throws FirebreakError FB-OUTPUT-UNWRITABLE, and what the source throws
 */
async function writeWhole(file: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const draft = `${file}.${randomBytes(8).toString('hex')}.part`;
  try {
    // Open before anything can fail: a stream that opens by itself may make the file after it was removed.
    const handle = await open(draft, 'wx', 0o600);
    await pipeline(chunks, handle.createWriteStream({ flush: true }));
    await rename(draft, file);
  } catch (cause) {
    if (!isOfWriting(cause)) throw cause;
    throw new FirebreakError('FB-OUTPUT-UNWRITABLE', `${cause.message}.`, { cause });
  } finally {
    await rm(draft, { force: true });
  }
}

function isOfWriting(cause: unknown): cause is Error {
  return (
    cause instanceof Error && 'syscall' in cause && ['open', 'write', 'fsync', 'rename'].includes(String(cause.syscall))
  );
}

function describeReport({ ok, checks, incident, entries, blobs, treeSize, keySource }: EvidenceReport): Shown {
  const verdict = ok ? show`verified` : red('NOT VERIFIED');
  return joined([
    describeChecks(checks),
    show`${verdict}: incident ${incident}, ${entries} entries, ${blobs} blobs, tree size ${treeSize}`,
    ...(keySource === 'embedded'
      ? [
          yellow(
            'The key came with the file: this shows that the file agrees with itself. Give --key to know who signed it.',
          ),
        ]
      : []),
  ]);
}
