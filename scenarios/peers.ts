/**
 * Brings up the real counterparts for the integration suite and takes them down after it: an API server with its
 * controllers, a separate PostgreSQL, the standard transparency-log verifier, Chromium. A peer that cannot be had fails
 * the suite. A variable that is already set (a cluster of one's own, say) is used as it is.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const peers = new URL('../peers/', import.meta.url).pathname;
/** A first build of the API server takes minutes. */
const INSTALL_MS = 40 * 60_000;

interface Peer {
  /** Set when it is up; nothing is started then. */
  readonly variable: string;
  /** Name of the variable that the script prints, when it differs. */
  readonly prints?: string;
  readonly script: string;
  readonly stop?: string;
}

const wanted: readonly Peer[] = [
  { variable: 'FIREBREAK_TLOG_VERIFY', script: 'tlog/install' },
  { variable: 'CHROMIUM', script: 'chromium/install' },
  { variable: 'FIREBREAK_DATABASE_URL', script: 'postgresql/start', stop: 'postgresql/stop' },
  { variable: 'FIREBREAK_KUBECONFIG', prints: 'KUBECONFIG', script: 'kubernetes/start', stop: 'kubernetes/stop' },
];

export async function setup(): Promise<() => Promise<void>> {
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    for (const peer of wanted) {
      if (process.env[peer.variable] !== undefined) continue;
      const folder = peer.stop === undefined ? undefined : await mkdtemp(join(tmpdir(), 'firebreak-peer-'));
      // PostgreSQL runs as another user when we are root, and must be able to enter.
      if (folder !== undefined) await chmod(folder, 0o755);
      const { stop } = peer;
      if (stop !== undefined && folder !== undefined) {
        stops.push(async () => {
          await run(join(peers, stop), [folder]);
          await rm(folder, { recursive: true, force: true });
        });
      }
      const { stdout } = await run(join(peers, peer.script), folder === undefined ? [] : [folder], {
        timeout: INSTALL_MS,
        maxBuffer: 1 << 26,
      });
      for (const line of stdout.split('\n')) {
        const at = line.indexOf('=');
        if (at > 0)
          process.env[line.slice(0, at) === peer.prints ? peer.variable : line.slice(0, at)] = line.slice(at + 1);
      }
      if (process.env[peer.variable] === undefined)
        throw new Error(`peers/${peer.script} did not print ${peer.prints ?? peer.variable}`);
    }
  } catch (error) {
    await stopAll();
    throw error;
  }
  return stopAll;
}
