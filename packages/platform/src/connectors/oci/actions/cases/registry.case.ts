/**
 * A real distribution registry on loopback whose files are ours, as it is on the machine of whoever runs one: htpasswd, configuration and
 * a command that restarts it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { basic } from '../../../../intake/http.ts';

export interface RegistryPeer {
  readonly url: string;
  readonly htpasswd: string;
  readonly configuration: string;
  readonly restart: readonly string[];
  stop(): void;
}

export const password = 'push-and-pull';
/** bcrypt of the password above; it says nothing of whose it is. */
const hash = '$2y$05$durhm9Z6E3O5IiLYpRqn4eISxpWJuimySwp7Er0jp/rLG89C4J3ye';
export const as = (user: string) => basic(user, password);

export async function startRegistry(): Promise<RegistryPeer> {
  const install = new URL('../../../../../../../peers/registry/install', import.meta.url).pathname;
  const said = execFileSync(install, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const binary = /^FIREBREAK_REGISTRY_BIN=(.+)$/m.exec(said)?.[1] ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-registry-'));
  const port = await freePort();
  const htpasswd = join(folder, 'htpasswd');
  const configuration = join(folder, 'config.yml');
  const pidFile = join(folder, 'pid');
  writeFileSync(htpasswd, `# who may\nresponder:${hash}\nci:${hash}\r\ncity:${hash}\n`, { mode: 0o640 });
  writeFileSync(
    configuration,
    `version: 0.1 # as we like it
log: {level: warn}
storage:
  filesystem: {rootdirectory: ${folder}/data}
  delete: {enabled: true}
http: {addr: "127.0.0.1:${port}", secret: only-for-tests}
auth: {htpasswd: {realm: firebreak, path: ${htpasswd}}}
`,
  );
  const restart = [
    process.execPath,
    new URL('restart.case.ts', import.meta.url).pathname,
    pidFile,
    binary,
    configuration,
  ];
  const url = `http://127.0.0.1:${port}`;
  execFileSync(restart[0] ?? '', restart.slice(1));
  for (let looks = 0; looks < 200 && !(await answers(url)); looks += 1) await setTimeout(50);
  return {
    url,
    htpasswd,
    configuration,
    restart,
    stop: () => {
      process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/v2/`).then(
    () => true,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
