/** Takes a folder into a store and ends: a process of its own, so that its memory can be measured. Asked for by `evidence.ts`. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ageSealing } from '../packages/platform/src/evidence/sealing/age.ts';
import { folderStore } from '../packages/platform/src/evidence/stores/folder.ts';
import { s3Store } from '../packages/platform/src/evidence/stores/s3.ts';
import type { EvidenceStore } from '../packages/platform/src/evidence/stores/store.ts';
import { openTestVault } from '../packages/platform/src/evidence/testing/vault.case.ts';
import { filesOf } from '../packages/platform/src/intake/files-of.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    work: { type: 'string', default: '' },
    database: { type: 'string', default: '' },
    bucket: { type: 'string' },
    recipient: { type: 'string' },
  },
});

function store(): EvidenceStore {
  if (values.bucket === undefined) return folderStore('folder', join(values.work, 'vault'));
  const { FIREBREAK_S3_URL: endpoint } = process.env;
  const place = { bucket: values.bucket, prefix: '', region: 'us-east-1', endpoint, pathStyle: true, objectLock: true };
  return s3Store({ name: 's3', kind: 's3', ...place }, join(values.work, 'spool'));
}

const sealing = values.recipient === undefined ? {} : { sealing: ageSealing([values.recipient], () => undefined) };
const largestBytes = 64 * 2 ** 30;
const place = await openTestVault(values.database, [store()], (signal) => filesOf(values.data, signal), {
  ...sealing,
  largestBytes,
});
const start = performance.now();
const request = { subject: 'test:Thing/x', incident: null, by: 'bench', reason: 'measured' };
const snapshot = await (await place.vault.begin(request, new AbortController().signal)).ended;
const milliseconds = performance.now() - start;
if (snapshot.state !== 'complete') throw new Error(JSON.stringify(snapshot.reasons.slice(0, 3)));
console.log(JSON.stringify({ milliseconds, bytes: snapshot.bytes, pieces: snapshot.pieces }));
await place.close();
