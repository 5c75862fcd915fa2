/** What an operator says about evidence: a JSON file, `evidence.json` in the data directory unless another is named. */
import { readFile } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import { z } from 'zod';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,40}$/);
const storeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ name, kind: z.literal('folder'), path: z.string().min(1) }),
  z.strictObject({
    name,
    kind: z.literal('s3'),
    bucket: z.string().min(1),
    prefix: z.string().default(''),
    region: z.string().optional(),
    endpoint: z.url().optional(),
    pathStyle: z.boolean().default(false),
    /** Whether what is to be kept is locked; a bucket without Object Lock is then refused. */
    objectLock: z.boolean().default(true),
  }),
  z.strictObject({
    name,
    kind: z.literal('oci'),
    /** `http[s]://registry[:port]` */
    registry: z.url({ protocol: /^https?$/ }),
    repository: z.string().regex(/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/),
  }),
]);
export type StoreSettings = z.output<typeof storeSchema>;

const settingsSchema = z.strictObject({
  /** The first is where things go unless another is named. */
  stores: z.array(storeSchema).min(1).max(20),
  seal: z
    .union([
      z.strictObject({ age: z.array(z.string().min(1)).min(1).max(50), identity: z.string().optional() }),
      z.strictObject({
        kms: z.strictObject({ key: z.string().min(1), endpoint: z.url().optional(), region: z.string().optional() }),
      }),
    ])
    .optional(),
  /** Days that what is taken is kept at least, unless something else is asked for. */
  retainDays: z.number().int().min(0).max(36_500).default(0),
  /** Pieces above this many bytes stay where they lie, by reference. */
  largestBytes: z
    .number()
    .int()
    .positive()
    .default(16 * 2 ** 30),
  /** Folders of this machine that may be taken when asked over the network. */
  folders: z.array(z.string().startsWith('/')).max(200).default([]),
  /** What a step that destroys does when its target cannot be taken first: it waits and is refused, or it goes on and says so. */
  beforeDestruction: z.enum(['require', 'try', 'off']).default('require'),
});
export type VaultSettings = z.output<typeof settingsSchema>;

/**
 * @param otherwise the folder that is the only store when there is no file; then nothing is taken before destruction unasked
 * @throws FirebreakError FB-EVIDENCE-SETTINGS
 */
export async function readVaultSettings(file: string, otherwise: string): Promise<VaultSettings> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new FirebreakError('FB-EVIDENCE-SETTINGS', `${file} cannot be read (${cause.code}).`, { cause });
  });
  if (text === undefined)
    return settingsSchema.parse({
      stores: [{ name: 'local', kind: 'folder', path: otherwise }],
      beforeDestruction: 'off',
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FirebreakError('FB-EVIDENCE-SETTINGS', `${file} is no JSON.`, { cause });
  }
  const parsed = settingsSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new FirebreakError(
      'FB-EVIDENCE-SETTINGS',
      `${file}, at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong form'}.`,
    );
  }
  const names = parsed.data.stores.map((store) => store.name);
  if (new Set(names).size !== names.length)
    throw new FirebreakError('FB-EVIDENCE-SETTINGS', `${file} names two stores alike.`);
  return parsed.data;
}
