import type { BoardInput, DraftItem } from '../draft.ts';

/** Workloads on images that nobody knows to be good; what was on the board and is good now stays on it. */
export default ({ rebuild, marks }: BoardInput): readonly DraftItem[] =>
  rebuild
    .filter(({ verdict, item }) => verdict !== 'known-good' || marks.has(item))
    .map(({ item, workload, container, why, verdict, good, digest, image }) => ({
      id: item,
      section: 'rebuild',
      title: `${workload.name}/${container} runs an image that is known to be good`,
      why,
      next:
        good === null
          ? 'Rebuild it from reviewed sources and name the digest as approved (`firebreak recovery rebuild --approve`).'
          : `Pin ${good.image}@${good.digest} (${good.from}).`,
      how: 'automatic',
      waivable: true,
      known: {
        state: verdict === 'known-good' ? 'done' : 'open',
        what: `It runs ${image}${digest === null || image.includes(digest) ? '' : ` (${digest})`}: ${why}`,
        entry: null,
        at: null,
      },
    }));
