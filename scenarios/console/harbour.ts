/** Harbour, an invented company: the files of `estate/`, of several systems, as sources that make one estate. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Copies the files, since a checkout needs a `.git`, which cannot be kept in a repository. */
export async function harbourSources(folder: string): Promise<readonly string[]> {
  await cp(new URL('estate', import.meta.url).pathname, folder, { recursive: true });
  await mkdir(join(folder, 'platform/.git'));
  await writeFile(
    join(folder, 'platform/.git/config'),
    '[remote "origin"]\n\turl = git@github.com:harbour/platform.git\n',
  );
  return [
    `kubernetes:${folder}/cluster`,
    `aws:${folder}/account.json`,
    `terraform:${folder}/infrastructure,account=111122223333,region=eu-west-1`,
    `github:${folder}/github`,
    `github:${folder}/platform`,
    `agents:${folder}/platform`,
    `catalog:${folder}/catalog.yaml`,
    `openlineage:${folder}/lineage.ndjson`,
  ];
}
