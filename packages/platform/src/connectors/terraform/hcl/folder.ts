/** The `.tf` and `.tfvars` files of a tree, folder by folder. */
import { readFile, stat } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import type { Gap } from '@firebreak/contract';
import { printable } from '../../../intake/foreign.ts';
import { gap } from '../../../intake/gap.ts';
import { codeOf, walk } from '../../../intake/walk.ts';
import type { ModuleSource } from './configuration.ts';
import { type Block, type Expression, parseHcl } from './syntax.ts';

const limits = { maxDepth: 24, maxFiles: 20_000 };
/** Bytes of one file, and of all. Terraform's largest are below 1 MB. */
const maxFile = 2 * 1024 * 1024;
const maxAll = 128 * 1024 * 1024;

export interface HclTree {
  readonly sources: ReadonlyMap<string, ModuleSource>;
  /** Folders that no other one uses as a module. */
  readonly roots: readonly string[];
  readonly gaps: readonly Gap[];
}

type Draft = { blocks: (Block & { file: string })[]; values: Map<string, Expression> };

export async function readTree(path: string, signal: AbortSignal): Promise<HclTree> {
  const drafts = new Map<string, Draft>();
  const gaps: Gap[] = [];
  let bytes = 0;
  const wanted = (name: string) => /\.(tf|tf\.json|auto\.tfvars)$/.test(name) || basename(name) === 'terraform.tfvars';
  for await (const found of walk(path, { ...limits, wanted }, signal)) {
    if ('gap' in found) {
      gaps.push(found.gap);
      continue;
    }
    const name = printable(found.name);
    if (name.endsWith('.tf.json')) {
      gaps.push(gap('FB-TERRAFORM-UNRESOLVED', ['*'], name, 'Configuration that is written as JSON is not read.'));
      continue;
    }
    try {
      const { size } = await stat(found.file);
      if (size > maxFile || bytes + size > maxAll) {
        gaps.push(gap('FB-FILE-TOO-LARGE', ['*'], name, `It has ${size} bytes and was not read.`));
        continue;
      }
      bytes += size;
      const { body, problems } = await parseHcl(await readFile(found.file, 'utf8'));
      for (const { line, reason } of problems)
        gaps.push(gap('FB-TERRAFORM-INVALID', ['*'], `${name}:${line}`, `${reason}.`));
      const folder = posix.dirname(found.name);
      const draft: Draft = drafts.get(folder) ?? { blocks: [], values: new Map() };
      drafts.set(folder, draft);
      if (found.name.endsWith('.tfvars')) for (const [key, value] of body.attributes) draft.values.set(key, value);
      else draft.blocks.push(...body.blocks.map((block) => ({ ...block, file: name })));
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      gaps.push(gap('FB-SOURCE-UNREADABLE', ['*'], name, `Reading it failed (${codeOf(error)}).`));
    }
  }
  const sources = new Map([...drafts].map(([folder, draft]) => [folder, { folder, ...draft }]));
  return { sources, roots: rootsOf(sources), gaps };
}

/** The folder itself where it holds something; else those below it that nobody uses, and the first where all use each other. */
function rootsOf(sources: ReadonlyMap<string, ModuleSource>): readonly string[] {
  if (sources.has('.')) return ['.'];
  const used = new Set<string>();
  for (const { folder, blocks } of sources.values())
    for (const { type, body } of blocks) {
      const source = type === 'module' ? body.attributes.get('source') : undefined;
      if (source?.kind === 'literal' && typeof source.value === 'string')
        used.add(posix.join(folder, source.value).replace(/\/$/, ''));
    }
  const roots = [...sources.keys()].filter((folder) => !used.has(folder)).sort();
  return roots.length > 0 ? roots : [...sources.keys()].sort().slice(0, 1);
}
