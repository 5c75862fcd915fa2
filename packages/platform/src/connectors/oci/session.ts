import type { CollectLimits } from './collect.ts';
import type { OciControl } from './control.ts';
import type { Registry } from './registry.ts';

/** An open source: a registry by its API, or copies in a folder. */
export type OciSession =
  | {
      readonly kind: 'registry';
      readonly registry: Registry;
      readonly limits: CollectLimits;
      readonly control: OciControl;
    }
  | { readonly kind: 'layout'; readonly folder: string; readonly name: string | undefined };
