/**
 * What tags say of a resource or an identity: that it is a crown jewel, what kind of asset it is, whose it is and what its loss costs. By
 * `firebreak.dev/…` first, then by the words that people use. All of it is foreign text.
 */
import type { AssetNotes } from '@firebreak/contract';

type Tags = readonly { readonly Key: string; readonly Value: string }[];

function tag(tags: Tags, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = tags.find(({ Key }) => Key.toLowerCase() === name);
    if (found !== undefined && found.Value !== '') return found.Value;
  }
  return undefined;
}

/** Why it is a jewel: by its tag, by what it is marked to be, or else `byDefault`. `false` takes the default away. */
export function jewelOf(tags: Tags, byDefault?: string): string | undefined {
  const said = tag(tags, 'firebreak.dev/crown-jewel');
  if (said === 'false') return undefined;
  if (said !== undefined) return said;
  const asset = assetOf(tags);
  if (asset !== undefined) return `marked as ${asset}`;
  const sensitivity = tag(
    tags,
    'firebreak.dev/sensitivity',
    'sensitivity',
    'data-classification',
    'dataclassification',
  );
  if (sensitivity !== undefined && sensitive.has(sensitivity.toLowerCase())) return `its sensitivity is ${sensitivity}`;
  return byDefault;
}
const sensitive = new Set(['restricted', 'confidential', 'secret', 'high', 'critical', 'pii', 'phi']);

export function assetOf(tags: Tags): string | undefined {
  return tag(tags, 'firebreak.dev/asset');
}

/** Undefined when the tags say nothing. */
export function aboutOf(tags: Tags): AssetNotes | undefined {
  const owner = tag(tags, 'firebreak.dev/owner', 'owner', 'team');
  const system = tag(tags, 'firebreak.dev/system', 'application', 'project');
  const sla = tag(tags, 'firebreak.dev/sla');
  const sensitivity = tag(
    tags,
    'firebreak.dev/sensitivity',
    'sensitivity',
    'data-classification',
    'dataclassification',
  );
  const retention = tag(tags, 'firebreak.dev/retention', 'retention');
  if (tags.length === 0) return undefined;
  return {
    ...(owner === undefined ? {} : { owner }),
    ...(system === undefined ? {} : { system }),
    ...(sla === undefined ? {} : { sla }),
    ...(sensitivity === undefined ? {} : { sensitivity }),
    ...(retention === undefined ? {} : { retention }),
    tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
  };
}
