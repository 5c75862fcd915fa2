/**
 * From a file of a whole cluster to attack paths, as a user runs it: a new process, `firebreak paths --from
 * kubernetes:FILE`, with its wall time and its peak memory. No path is dropped: the graph is not capped anywhere.
 *
 *     node bench/estate-25k.ts [--pods 25000] [--start NODE] [--keep FILE]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Paths } from '@firebreak/contract';
import { writeCluster } from './kubernetes-cluster.ts';
import { milliseconds } from './measure.ts';

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
  const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [
      '--import',
      path('./report-usage.ts'),
      path('../packages/platform/src/app/main.ts'),
      'paths',
      '--from',
      `kubernetes:${file}`,
      '--start',
      options.start,
      '--json',
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] },
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const usage = child.stdio[3];
  if (child.stdout === null || !(usage instanceof Object) || !('read' in usage)) throw new Error('no pipes');
  const [answer, printed, code] = await Promise.all([text(child.stdout), text(usage), ended]);
  // 3 says that the answer is limited, which is an answer.
  if (code !== 0 && code !== 3) throw new Error(`firebreak paths ended with exit code ${code}`);
  const { paths, completeness } = JSON.parse(answer) as Paths;
  const { maxRSS } = JSON.parse(printed) as NodeJS.ResourceUsage;
  console.log(`${paths.length} paths, answer ${completeness.answer}`);
  console.log(`file to paths: ${milliseconds(performance.now() - start)}, peak memory ${Math.round(maxRSS / 1024)} MB`);
}
