/** What a folder of saved answers is about: organizations with their listings, and repositories that lie there by themselves. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiTarget } from './collect.ts';

const maxEntries = 10_000;

export async function savedTargets(folder: string): Promise<readonly ApiTarget[]> {
  const owners = await stems(join(folder, 'orgs'));
  const targets: ApiTarget[] = owners.map((owner) => ({ owner }));
  for (const owner of await folders(join(folder, 'repos'))) {
    if (owners.includes(owner)) continue;
    for (const repository of await stems(join(folder, 'repos', owner))) targets.push({ owner, repository });
  }
  return targets;
}

async function stems(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort()
    .slice(0, maxEntries);
}

async function folders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .slice(0, maxEntries);
}
