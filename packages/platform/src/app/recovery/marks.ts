/** What the marks of an incident say beside its board: versions that were chosen, what was brought for them, images. */
import { type DeliveredVersion, deliveredVersionSchema, FirebreakError, servingCheckSchema } from '@firebreak/contract';
import { z } from 'zod';
import { chooseItem } from '../../recovery/board/sections/versions.ts';
import type { Approved } from '../../recovery/rebuild/rebuild.ts';
import { type Mark, markOf } from '../../recovery/store.ts';

export type Marks = ReadonlyMap<string, Mark>;

export function prefixed(marks: Marks, prefix: string): [rest: string, mark: Mark][] {
  return [...marks].flatMap(([item, mark]) => (item.startsWith(prefix) ? [[item.slice(prefix.length), mark]] : []));
}

const choiceSchema = z.object({
  from: z.array(deliveredVersionSchema),
  to: deliveredVersionSchema,
  /** SHA-256 (hex) over the digests of its files, or of its manifest. */
  digest: z.string().nullable(),
  kind: z.enum(['model', 'image']),
  checks: z.array(servingCheckSchema),
});
/** What was chosen for a subject, as its mark keeps it. */
export type Choice = z.infer<typeof choiceSchema>;

/** @throws FirebreakError FB-RECOVERY-STATE where nothing is chosen yet */
export function choiceOf(marks: Marks, subject: string): Choice {
  const mark = marks.get(chooseItem(subject));
  const read = mark?.state === 'done' ? choiceSchema.safeParse(mark.data) : undefined;
  if (read?.success !== true) throw new FirebreakError('FB-RECOVERY-STATE', `No version of ${subject} is chosen yet.`);
  return read.data;
}

/** Everything that was chosen, by subject. */
export function choicesOf(marks: Marks): (readonly [subject: string, choice: Choice])[] {
  return prefixed(marks, 'choose/').flatMap(([subject, mark]) => {
    const read = mark.state === 'done' ? choiceSchema.safeParse(mark.data) : undefined;
    return read?.success === true ? [[subject, read.data] as const] : [];
  });
}

/** Attestations and bundles that were brought for a version, as they came. */
export function broughtFor(marks: Marks, subject: string, { version }: DeliveredVersion): unknown[] {
  const data = marks.get(markOf.verdict(subject, version))?.data as { readonly attestations?: unknown } | undefined;
  return Array.isArray(data?.attestations) ? data.attestations : [];
}

/** Images that somebody approved, the newest first. */
export function approvedImages(marks: Marks): Approved[] {
  return prefixed(marks, 'image/')
    .filter(([, { state }]) => state === 'done')
    .sort(([, a], [, b]) => (a.at < b.at ? 1 : -1))
    .flatMap(([digest, { by, data }]) => {
      const { image } = (data ?? {}) as { readonly image?: unknown };
      return typeof image === 'string' ? [{ digest, image, by }] : [];
    });
}

/**
 * Digests that no workload is rebuilt from, whatever ran them before: of images that the incident names, that an inspection
 * refused, and in whose place somebody chose another.
 */
export function suspectImages(named: readonly string[], marks: Marks): ReadonlySet<string> {
  // From the id, because the image itself may have been taken out of the registry.
  const ofIncident = named.flatMap((id) => (id.startsWith('oci:Image/') ? digestAtEnd(id) : []));
  const refused = prefixed(marks, 'verdict/').flatMap(([item, mark]) => (isRefused(mark) ? digestAtEnd(item) : []));
  const replaced = choicesOf(marks).flatMap(([subject, { kind, from }]) => {
    const chosenAt = marks.get(chooseItem(subject))?.at ?? '';
    const digests = kind === 'image' ? from.flatMap((version) => version.digests) : [];
    return digests.filter((digest) => !isApprovedSince(marks, digest, chosenAt));
  });
  return new Set([...ofIncident, ...refused, ...replaced]);
}

function digestAtEnd(text: string): string[] {
  const found = /[@#](sha256:[0-9a-f]{64})$/.exec(text)?.[1];
  return found === undefined ? [] : [found];
}

/** By any inspection: what was brought for it later takes nothing back. */
function isRefused({ state, data }: Mark): boolean {
  const { scan, signature } = (data ?? {}) as Readonly<Record<string, { readonly verdict?: unknown } | undefined>>;
  return state === 'failed' || scan?.verdict === 'unsafe' || signature?.verdict === 'refused';
}

/** Another tag of the repository may have been replaced for no fault of its own: who approves it afterwards has looked at it. */
function isApprovedSince(marks: Marks, digest: string, since: string): boolean {
  const mark = marks.get(markOf.image(digest));
  return mark?.state === 'done' && mark.at > since;
}
