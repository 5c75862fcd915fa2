/**
 * The verifier as one file for Node, for a machine that has nothing else: `node firebreak-verify.mjs incident.tar --key VKEY`.
 * The options and exit codes are those of `firebreak evidence verify`, the checks are the same code.
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type EvidenceReport, FirebreakError } from '@firebreak/contract';
import { type VerifyOptions, verifyEvidence } from '../../platform/src/ledger/evidence-verify.ts';
import { certificatesOf } from '../../platform/src/ledger/timestamp/certificate.ts';
import { checkTimestamp } from '../../platform/src/ledger/timestamp/timestamp-answer.ts';

const usage = `node firebreak-verify.mjs FILE [options]; - reads standard input

  --key VKEY               the verifier key of the log, had by another way than the file
  --witness VKEY           the key of a witness that must have cosigned; may be repeated
  --quorum NUMBER          how many of the witnesses are enough; all when left out
  --since FILE             a checkpoint that you have kept: the log must still begin with it
  --tsa-certificate FILE   certificates (PEM) of the time stamping authority; may be repeated
  --json                   the report as JSON

Ends with 0 when everything holds, 1 when a check failed, 2 when the file is no evidence file.
`;

async function optionsOf({ key, witness, quorum, since, 'tsa-certificate': tsa = [] }: Given): Promise<VerifyOptions> {
  const certificates = (await Promise.all(tsa.map(certificatesIn))).flat();
  return {
    ...(key === undefined ? {} : { verifierKey: key }),
    ...(witness === undefined ? {} : { witnesses: witness }),
    ...(quorum === undefined ? {} : { quorum: Number(quorum) }),
    ...(since === undefined ? {} : { earlier: await readFile(since) }),
    timestamps: (token, data) => checkTimestamp(token, data, { certificates }),
    timestampWanted: certificates.length > 0,
  };
}

async function certificatesIn(path: string) {
  const found = certificatesOf(await readFile(path, 'utf8'));
  if (found === undefined) throw new FirebreakError('FB-USAGE', `${path} holds no certificate in PEM form.`);
  return found;
}

function show({ ok, checks, incident, entries, blobs, documents, treeSize, notes }: EvidenceReport): string {
  const lines = checks.map(({ ok: held, check, detail }) => `${held ? 'holds ' : 'FAILED'}  ${check}: ${detail}`);
  const counts = `${entries} entries, ${blobs} blobs, ${documents.length} documents, tree size ${treeSize}`;
  const verdict = `${ok ? 'verified' : 'NOT VERIFIED'}: incident ${incident}, ${counts}`;
  return [...lines, verdict, ...notes, ''].join('\n');
}

const options = {
  key: { type: 'string' },
  witness: { type: 'string', multiple: true },
  quorum: { type: 'string' },
  since: { type: 'string' },
  'tsa-certificate': { type: 'string', multiple: true },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;
type Given = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [file] = positionals;
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  if (file === undefined || positionals.length > 1) throw new FirebreakError('FB-USAGE', 'One file is verified.');
  const report = await verifyEvidence(file === '-' ? process.stdin : createReadStream(file), await optionsOf(values));
  process.stdout.write(values.json === true ? `${JSON.stringify(report, null, 2)}\n` : show(report));
  return report.ok ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}
