/** The playbooks of `content/playbooks`: what comes along, by file name. */
import { readdir, readFile } from 'node:fs/promises';
import { playbookSchema } from './cacao.ts';

const folder = new URL('../../../../content/playbooks/', import.meta.url);

export interface ShippedPlaybook {
  /** File name without its ending: `prompt-injection`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly text: string;
}

export async function shippedPlaybooks(): Promise<readonly ShippedPlaybook[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(new URL(file, folder), 'utf8');
      const { name, description = '' } = playbookSchema.parse(JSON.parse(text));
      return { name: file.slice(0, -'.json'.length), title: name, description, text };
    }),
  );
}
