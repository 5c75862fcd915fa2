import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type EvidenceReport, FirebreakError } from '@firebreak/contract';
import type { Command } from 'commander';
import { parseCheckpoint } from '../../ledger/checkpoint.ts';
import { type VerifyOptions, verifyEvidence } from '../../ledger/evidence-verify.ts';
import { certificatesOf } from '../../ledger/timestamp/certificate.ts';
import { checkTimestamp } from '../../ledger/timestamp/timestamp-answer.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName } from '../desk-options.ts';
import { describeChecks } from '../output.ts';
import { joined, red, type Shown, show, yellow } from '../shown.ts';
import { repeated, wholeNumber, withJson } from '../source-options.ts';
import type { Terminal } from '../terminal.ts';
import { writeWhole } from '../whole-file.ts';

/** Larger than any checkpoint or list of certificates. */
const maximumSideFileBytes = 1024 * 1024;

interface ExportOptions {
  readonly output: string;
  readonly as?: string;
  readonly since?: readonly string[];
  readonly reason?: string;
  readonly json?: boolean;
}

/** `firebreak evidence export`: the incident file. */
export function exportFileCommand(evidence: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withName(withDesk(evidence.command('export <incident>'))))
    .description('write the incident file: evidence, proofs and reports in one archive that anybody can verify')
    .requiredOption('-o, --output <file>', 'the file')
    .option(
      '--since <size>',
      'let it be compared with an earlier checkpoint: its size, or its file; may be repeated',
      repeated,
    )
    .option('--reason <text>', 'why; it is in the log')
    .action(async (incident: string, options: ExportOptions, command: Command) => {
      const by = actingName(options.as);
      const since = await Promise.all((options.since ?? []).map(treeSize));
      const verifierKey = await atDesk(cli, command, { doing: 'Exporting' }, async (desk) => {
        await writeWhole(options.output, desk.exportEvidence({ incident, by, since, reason: options.reason }));
        return desk.verifierKey(incident);
      });
      await (options.json
        ? output.json({ file: options.output, verifierKey })
        : output.text(show`${options.output}`, show`verifier key: ${verifierKey}`));
    });
}

interface VerifyCommandOptions {
  readonly key?: string;
  readonly witness?: readonly string[];
  readonly quorum?: number;
  readonly since?: string;
  readonly tsaCertificate?: readonly string[];
  readonly json?: boolean;
}

/** `firebreak evidence verify`: needs nothing but the file, and is worth what is given beside it. */
export function verifyFileCommand(evidence: Command, cli: CommandLine): void {
  const { output, terminal } = cli;
  withJson(evidence.command('verify <file>'))
    .description('check an incident file; needs no database and no server; - reads standard input')
    .option('--key <vkey>', 'the verifier key, had by another way than the file')
    .option('--witness <vkey>', 'the key of a witness that must have cosigned; may be repeated', repeated)
    .option('--quorum <number>', 'how many of the witnesses are enough; all when left out', wholeNumber(1, 64))
    .option('--since <file>', 'a checkpoint that you have kept: the log must still begin with it')
    .option('--tsa-certificate <file>', 'certificates (PEM) of the time stamping authority; may be repeated', repeated)
    .action(async (file: string, { key, witness, quorum, since, tsaCertificate, json }: VerifyCommandOptions) => {
      const certificates = (await Promise.all((tsaCertificate ?? []).map(readCertificates))).flat();
      const options: VerifyOptions = {
        ...(key === undefined ? {} : { verifierKey: key }),
        ...(witness === undefined ? {} : { witnesses: witness }),
        ...(quorum === undefined ? {} : { quorum }),
        ...(since === undefined ? {} : { earlier: await sideFile(since) }),
        timestamps: (token, data) => checkTimestamp(token, data, { certificates }),
        timestampWanted: certificates.length > 0,
      };
      const report = await atWork(cli, 'Verifying', () => verifyEvidence(bytesOf(file, terminal), options));
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

/** A small file that is given beside the evidence. @throws FirebreakError FB-USAGE */
async function sideFile(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new FirebreakError('FB-USAGE', `${path} cannot be read.`, { cause });
  });
  if (bytes.length > maximumSideFileBytes) throw new FirebreakError('FB-USAGE', `${path} is too large.`);
  return bytes;
}

async function readCertificates(path: string) {
  const found = certificatesOf(Buffer.from(await sideFile(path)).toString());
  if (found === undefined) throw new FirebreakError('FB-USAGE', `${path} holds no certificate in PEM form.`);
  return found;
}

/** A size as a number, or that of a checkpoint in a file. @throws FirebreakError FB-USAGE */
async function treeSize(text: string): Promise<number> {
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  const note = Buffer.from(await sideFile(text)).toString();
  const checkpoint = parseCheckpoint(note.slice(0, note.indexOf('\n\n') + 1));
  if (checkpoint === undefined) throw new FirebreakError('FB-USAGE', `${text} is neither a size nor a checkpoint.`);
  return checkpoint.size;
}

function describeReport(report: EvidenceReport): Shown {
  const { ok, checks, incident, entries, blobs, documents, treeSize: size, notes } = report;
  const verdict = ok ? show`verified` : red('NOT VERIFIED');
  const counts = show`${entries} entries, ${blobs} blobs, ${documents.length} documents, tree size ${size}`;
  return joined([
    describeChecks(checks),
    show`${verdict}: incident ${incident}, ${counts}`,
    ...notes.map((note) => yellow(note)),
  ]);
}
