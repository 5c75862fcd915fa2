/**
 * Builds what the browser suites look at once for a run, before its first file: the console, and the verifier page that a server
 * gives away with it. Runs that look at neither build nothing.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { filesToRun } from './peers.ts';

const looksAtIt = /\/(scenarios|packages)\/console\//;

/** vitest globalSetup. */
export async function setup(project: TestProject): Promise<void> {
  const files = await filesToRun(project);
  if (!files.some((file) => looksAtIt.test(file))) return;
  await promisify(execFile)('npm', ['run', 'build'], { cwd: new URL('..', import.meta.url).pathname });
}
