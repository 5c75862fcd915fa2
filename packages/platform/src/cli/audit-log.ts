/** Audit logs from files, line by line: memory grows with what is distinct in them and not with their length. */
import { createReadStream } from 'node:fs';
import { FirebreakError } from '@firebreak/contract';
import { AuditRecord } from '../inventory/privileges/audit-event.ts';
import type { RecordOfUse } from '../inventory/privileges/use.ts';

/** An API server cuts its events off long before. */
const maxLine = 4 << 20;

/**
 * The record of use in an API server's audit log (`audit.k8s.io/v1`, JSON lines).
 *
 * @throws FirebreakError FB-AUDIT-UNREADABLE, also when not one line is an event: a wrong file must not look like disuse
 */
export async function readAuditLog(
  file: string,
  input: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<RecordOfUse> {
  const record = new AuditRecord(file);
  try {
    const bytes = file === '-' ? input : (createReadStream(file, { signal }) as AsyncIterable<Uint8Array>);
    for await (const line of linesOf(bytes)) record.add(parsed(line));
  } catch (cause) {
    if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'Reading was stopped before its end.', { cause });
    throw new FirebreakError('FB-AUDIT-UNREADABLE', `${file} cannot be read.`, { cause });
  }
  const use = record.finish();
  if (use.events === 0) throw new FirebreakError('FB-AUDIT-UNREADABLE', `${file} holds no event that was allowed.`);
  if (record.full) throw new FirebreakError('FB-AUDIT-UNREADABLE', `${file} tells of more than can be compared.`);
  return use;
}

/** Lines that are not empty; one that is too long is passed over, and counts as no event. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let kept: Uint8Array[] = [];
  let length = 0;
  const take = () => {
    const line = length > maxLine ? '' : Buffer.concat(kept).toString('utf8').trim();
    kept = [];
    length = 0;
    return line;
  };
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      length += end - start;
      if (length <= maxLine) kept.push(chunk.subarray(start, end));
      const line = take();
      if (line !== '') yield line;
      start = end + 1;
    }
    length += chunk.length - start;
    if (length <= maxLine) kept.push(chunk.subarray(start));
    else kept = [];
  }
  const last = take();
  if (last !== '') yield last;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
