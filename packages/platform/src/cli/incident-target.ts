/**
 * Which sources an incident was contained on, so that `firebreak undo INCIDENT` finds it again and never another. One
 * small file for each incident in the data directory; the kubeconfig is named, never copied.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from './json-file.ts';

const targetSchema = z.object({ target: z.union([z.string().transform((one) => [one]), z.array(z.string())]) });

export async function rememberTarget(data: string, incident: string, target: readonly string[]): Promise<void> {
  const file = fileOf(data, incident);
  await mkdir(join(data, 'targets'), { recursive: true });
  await writeFile(file, JSON.stringify({ target }), { mode: 0o600, flush: true });
}

/** `['kubernetes:/path/to/kubeconfig']`, or undefined when nothing is remembered. */
export async function targetOfIncident(data: string, incident: string): Promise<readonly string[] | undefined> {
  return (await readJsonFile(fileOf(data, incident), targetSchema))?.target;
}

/** The id comes from a person's hand: it must not lead elsewhere. */
function fileOf(data: string, incident: string): string {
  return join(data, 'targets', `${encodeURIComponent(incident).replaceAll('.', '%2E')}.json`);
}
