import type { LeverPages } from '../../../../exchange/documentation.ts';
import { fixedCost, weights } from '../impact/price.ts';
import { actions } from '../index.ts';

export const ociLevers: LeverPages = {
  title: 'Actions on registries',
  about:
    'Tags and manifests by the distribution API of any registry; users and the read-only mode of a distribution registry by its own files on this machine, since it has no API for them. Pointing a tag back and removing an image repair: whoever may still push does it again, so they cut nothing off by themselves.',
  connector: 'oci',
  actions,
  costs: fixedCost,
  weights,
};
