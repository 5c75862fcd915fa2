/**
 * pathfinding.cloud: 65 ways to escalate in AWS, each with the permissions that it needs. The corpus is not part of the
 * repository; without it the suite says so and is skipped.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';

const folder = new URL('../../../shared/data/pathfinding-cloud/data/paths/', import.meta.url);

export const corpusPresent = existsSync(folder);

export interface Path {
  readonly id: string;
  /** `lambda:CreateFunction` */
  readonly required: readonly string[];
}

/** In the order of their ids. */
export function paths(): readonly Path[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => {
      // One file has a key twice; the last counts.
      const written = load(readFileSync(new URL(file, folder), 'utf8'), { json: true }) as {
        id: string;
        permissions: { required: { permission: string }[] };
      };
      return { id: written.id, required: written.permissions.required.map(({ permission }) => permission) };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
