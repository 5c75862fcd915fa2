/** A plan, a state or a folder of `.tf` files → facts and gaps. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Collected, FirebreakError, type Gap } from '@firebreak/contract';
import { printable } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { codeOf } from '../../intake/walk.ts';
import { awsFacts, readTypes } from './aws/facts.ts';
import { configure } from './hcl/configuration.ts';
import { readTree } from './hcl/folder.ts';
import { jsonForm, readJson, wrongVersion } from './json.ts';
import type { Place, TerraformResource } from './resource.ts';

export interface TerraformSource {
  /** A plan or state as JSON, or a folder of `.tf` files, plans and states. */
  readonly path: string;
  readonly place: Place;
  /** Bytes of one plan or state. */
  readonly maxFileBytes: number;
}

const maxJsonFiles = 500;
/** JSON of Terraform nests modules in modules. */
const maxDepth = 512;

/** @throws FirebreakError FB-SOURCE-UNREADABLE when there is no such source. */
export async function* collect(source: TerraformSource, signal: AbortSignal): AsyncGenerator<Collected> {
  let facts = 0;
  for await (const collected of everything(source, signal)) {
    signal.throwIfAborted();
    if ('fact' in collected) facts += 1;
    yield collected;
  }
  if (facts === 0) yield { gap: gap('FB-SOURCE-EMPTY', ['*'], printable(source.path), 'Nothing in it became a fact.') };
}

async function* everything(source: TerraformSource, signal: AbortSignal): AsyncGenerator<Collected> {
  const found = await stat(source.path).catch((error: unknown) => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(source.path)} cannot be opened (${codeOf(error)}).`);
  });
  if (!found.isDirectory()) {
    yield* fromJson(source, source.path, basename(source.path), signal);
    return;
  }
  const tree = await readTree(source.path, signal);
  for (const each of tree.gaps) yield { gap: each };
  if (tree.sources.size > 0) {
    const { resources, problems, place } = configure(tree.sources, tree.roots, source.place);
    yield* told(resources, place);
    for (const { kind, where, reason } of problems)
      yield { gap: gap(kind === 'invalid' ? 'FB-TERRAFORM-INVALID' : 'FB-TERRAFORM-UNRESOLVED', ['*'], where, reason) };
  }
  const files = (await readdir(source.path))
    .filter((name) => /\.(json|tfstate)$/.test(name) && !name.endsWith('.tf.json'))
    .sort();
  for (const name of files.slice(0, maxJsonFiles)) {
    const file = join(source.path, name);
    // A pipe that lies in the folder would be waited for without end; one that is named by itself is what was asked for.
    const regular = await stat(file).then(
      (one) => one.isFile(),
      () => true,
    );
    if (regular) yield* fromJson(source, file, name, signal);
    else yield { gap: gap('FB-SOURCE-UNREADABLE', ['*'], printable(name), 'It is not a regular file.') };
  }
}

async function* fromJson(
  source: TerraformSource,
  file: string,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  const parsed = await readValue(file, name, source.maxFileBytes, signal);
  if ('gap' in parsed) {
    yield parsed;
    return;
  }
  if (jsonForm(parsed.value) === undefined) {
    const reason = 'It is neither a plan (`terraform show -json`) nor a state.';
    yield { gap: gap('FB-FILE-SKIPPED', [], printable(name), reason) };
    return;
  }
  const wrong = wrongVersion(parsed.value);
  if (wrong !== undefined) {
    yield { gap: gap('FB-TERRAFORM-INVALID', ['*'], printable(name), wrong) };
    return;
  }
  const { resources, place } = readJson(parsed.value, source.place, printable(name));
  yield* told(resources, place);
}

async function readValue(
  file: string,
  name: string,
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly value: unknown } | { readonly gap: Gap }> {
  const where = printable(name);
  try {
    const { size } = await stat(file);
    if (size > limit)
      return { gap: gap('FB-FILE-TOO-LARGE', ['*'], where, `It has more than ${limit} bytes and was not read.`) };
    const written = await readFile(file, { encoding: 'utf8', signal });
    if (written.startsWith('PK\u0003\u0004')) return { gap: gap('FB-TERRAFORM-INVALID', ['*'], where, savedPlan) };
    const value: unknown = JSON.parse(written.replace(/^\uFEFF/, ''));
    if (!nestsWithin(value, maxDepth))
      return { gap: gap('FB-YAML-BOMB', ['*'], where, `It nests deeper than ${maxDepth} levels.`) };
    return { value };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SyntaxError) return { gap: gap('FB-YAML-INVALID', ['*'], where, 'It is not one JSON value.') };
    return { gap: gap('FB-SOURCE-UNREADABLE', ['*'], where, `Reading it failed (${codeOf(error)}).`) };
  }
}

const savedPlan = 'It is a saved plan, which only Terraform reads: give what `terraform show -json` prints of it.';

/** Walks without recursion, so that depth itself cannot hurt. */
function nestsWithin(value: unknown, limit: number): boolean {
  const open: { readonly part: unknown; readonly depth: number }[] = [{ part: value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.part !== 'object' || next.part === null) continue;
    if (next.depth >= limit) return false;
    for (const part of Object.values(next.part)) open.push({ part, depth: next.depth + 1 });
  }
  return true;
}

/** Facts, and the types of resources that nobody reads, counted: they may hold what the graph would want to know. */
function* told(resources: readonly TerraformResource[], place: Place): Generator<Collected> {
  yield* awsFacts(resources, place);
  const others = new Map<string, number>();
  for (const { type } of resources) if (!readTypes.includes(type)) others.set(type, (others.get(type) ?? 0) + 1);
  if (others.size === 0) return;
  const list = [...others]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, count]) => `${printable(type, 80)} ${count}`);
  yield {
    gap: gap('FB-FILE-SKIPPED', [], 'the whole source', `Resources of types that are not read: ${list.join(', ')}.`),
  };
}
