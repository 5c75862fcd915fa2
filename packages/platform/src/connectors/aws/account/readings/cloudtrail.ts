import { record } from '../../../../intake/foreign.ts';
import { trailRecords, trailUses } from '../../trail.ts';
import type { Reading } from '../desk.ts';

/**
 * The newest management events of a region, from which one learns what was used. Two questions a second are answered and an
 * account makes millions of events, so that the first pages must do; access advisor tells of the rest.
 */
export default {
  service: 'cloudtrail',
  where: 'region',
  kinds: ['aws.trail-use'],
  operations: { LookupEvents: 'cloudtrail:LookupEvents' },
  pages: 60,
  async *read(desk) {
    const { items, locator } = await desk.list('LookupEvents', 'Events', { MaxResults: 50 });
    for (const data of trailUses(trailRecords({ Events: items.map(record) })))
      yield desk.fact(
        'aws.trail-use',
        data.Arn,
        data,
        locator,
        `aws:TrailUse/${String(data.Region)}/${String(data.Arn)}`,
      );
  },
} satisfies Reading;
