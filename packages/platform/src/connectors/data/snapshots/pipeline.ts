/**
 * What a pipeline and its environment are made of, in a checkout: workflows, lock files, environment files (pip, conda, MLflow), build
 * files, and the images that they name with or without a digest. `data:Pipeline/<folder>`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshotter } from '@firebreak/contract';
import { filesOf } from '../../../intake/files-of.ts';
import { theseBytes } from '../../../intake/open-body.ts';
import { type DataSession, readable } from '../session.ts';

const named = new Set([
  ...[
    'package-lock.json',
    'npm-shrinkwrap.json',
    'yarn.lock',
    'pnpm-lock.yaml',
    'poetry.lock',
    'Pipfile.lock',
    'uv.lock',
  ],
  ...['pdm.lock', 'conda-lock.yml', 'go.sum', 'Cargo.lock', 'Gemfile.lock', 'flake.lock', 'pylock.toml', 'renv.lock'],
  ...['conda.yaml', 'conda.yml', 'environment.yml', 'environment.yaml', 'python_env.yaml', 'MLproject', 'MLmodel'],
  ...['Dockerfile', 'Containerfile', 'Jenkinsfile', '.gitlab-ci.yml', 'azure-pipelines.yml', 'dvc.yaml', 'dvc.lock'],
]);
const mostBytes = 1024 * 1024;

export default {
  id: 'data.pipeline',
  title: 'Pipeline and environment of a checkout',
  kinds: ['Pipeline'],
  permissions: ['read the files'],
  takes: () => true,
  async *take({ path }, session, signal) {
    const root = await readable(path, session);
    const images = new Set<string>();
    for await (const piece of filesOf(root, signal, isPart)) {
      yield piece;
      if ('name' in piece) for (const image of await imagesIn(join(root, piece.name))) images.add(image);
    }
    const list = [...images].sort().map((image) => ({ image, pinned: image.includes('@sha256:') }));
    const bytes = Buffer.from(JSON.stringify({ images: list }));
    yield { name: 'images.json', mediaType: 'application/json', size: bytes.length, bytes: theseBytes(bytes) };
  },
} satisfies Snapshotter<DataSession>;

function isPart(name: string): boolean {
  const parts = name.split('/');
  const last = parts.at(-1) ?? '';
  if (parts.includes('node_modules') || parts[0] === '.git') return false;
  if (named.has(last) || last.endsWith('.Dockerfile')) return true;
  if (last.startsWith('requirements') && last.endsWith('.txt')) return true;
  return /^\.(github\/(workflows|actions)|circleci|tekton|buildkite)\//.test(name);
}

/** Words behind `FROM` and `image:`, line by line: what they mean is for whoever reads the file. */
async function imagesIn(file: string): Promise<readonly string[]> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined || bytes.length > mostBytes) return [];
  const found: string[] = [];
  for (const line of bytes.toString('utf8').split('\n')) {
    const words = line
      .trim()
      .split(/\s+/)
      .filter((word) => !word.startsWith('--'));
    const [first = '', second = ''] = words[0] === '-' ? words.slice(1) : words;
    const image = first === 'FROM' || first === 'image:' || first === 'container:' || first === 'uses:' ? second : '';
    const clean = image.replaceAll(/["']/g, '').replace(/^docker:\/\//, '');
    const isImage = first === 'uses:' ? image.includes('docker://') : /^[\w.-][\w./:@-]*$/.test(clean);
    if (clean !== '' && isImage) found.push(clean);
  }
  return found;
}
