/**
 * `node restart.case.ts PIDFILE BINARY CONFIGURATION`: what `systemctl restart` does to the registry of these tests. Ends the process that
 * the file names, if any, and starts it again with the configuration as it is now.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const [pidFile = '', binary = '', configuration = ''] = process.argv.slice(2);
const old = Number(readOr(pidFile, '0'));
if (old > 0) {
  process.kill(old, 'SIGTERM');
  while (isAlive(old)) await setTimeout(20);
}
const child = spawn(binary, ['serve', configuration], { detached: true, stdio: 'ignore' });
child.unref();
writeFileSync(pidFile, String(child.pid));

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
