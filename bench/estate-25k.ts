/**
 * From a file of a whole cluster to attack paths, as a user runs it: a new process, `firebreak paths --from
 * kubernetes:FILE`, with its wall time and its peak memory. No path is dropped: the graph is not capped anywhere.
 *
 *     node bench/estate-25k.ts [--pods 25000] [--start NODE] [--keep FILE]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Paths } from '@firebreak/contract';
import { writeCluster } from './kubernetes-cluster.ts';
import { milliseconds } from './measure.ts';
import { measuredRun } from './measured-process.ts';

const { values: options } = parseArgs({
  options: {
    pods: { type: 'string', default: '25000' },
    start: { type: 'string', default: 'kubernetes:ServiceAccount/team-000/debugger' },
    keep: { type: 'string' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'firebreak-bench-'));
try {
  const file = options.keep ?? join(folder, 'cluster.json');
  const objects = await writeCluster(file, Number(options.pods));
  console.log(`${objects.toLocaleString('en')} objects, ${(statSync(file).size / 1e6).toFixed(1)} MB`);
  await measure(file);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(file: string): Promise<void> {
  const {
    printed,
    exitCode,
    milliseconds: took,
    peakMegabytes,
  } = await measuredRun('../packages/platform/src/app/main.ts', [
    'paths',
    '--from',
    `kubernetes:${file}`,
    '--start',
    options.start,
    '--json',
  ]);
  // 3 says that the answer is limited, which is an answer.
  if (exitCode !== 0 && exitCode !== 3) throw new Error(`firebreak paths ended with exit code ${exitCode}`);
  const { paths, completeness } = JSON.parse(printed) as Paths;
  console.log(`${paths.length} paths, answer ${completeness.answer}`);
  console.log(`file to paths: ${milliseconds(took)}, peak memory ${peakMegabytes} MB`);
}
