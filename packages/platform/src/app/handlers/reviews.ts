import type { Handlers } from '../../http/handlers.ts';
import { privilegesOf } from '../../inventory/privileges.ts';
import { reviewItemsFor } from '../../inventory/reviews/items.ts';
import { mustHaveField, type Station } from '../station.ts';

/** Review campaigns over the estate as last collected. */
export function reviewHandlers(station: Station): Pick<Handlers, 'reviews' | 'openReview' | 'review' | 'decideReview'> {
  const { reviews } = station;
  return {
    reviews: async () => ({ reviews: [...(await reviews.list())] }),
    review: ({ params }) => reviews.get(params.id),

    openReview: async ({ body, caller, signal }) => {
      const { graph } = await mustHaveField(station).holder.current(signal);
      const { identities } = privilegesOf(graph, { query: body.query, now: station.clock.now(), used: [] });
      return reviews.open({
        title: body.title,
        due: body.due,
        items: reviewItemsFor(graph, identities),
        by: caller.name,
      });
    },

    decideReview: ({ params, body, caller }) =>
      reviews.decide({ review: params.id, item: body.item, verdict: body.verdict, note: body.note, by: caller.name }),
  };
}
