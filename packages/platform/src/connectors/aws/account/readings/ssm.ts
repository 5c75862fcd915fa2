import { textAt } from '../../../../intake/foreign.ts';
import type { Reading } from '../desk.ts';
import { tagsOf } from '../shapes.ts';

/** Names and types. Never `GetParameter`. */
export default {
  service: 'ssm',
  where: 'region',
  kinds: ['aws.parameter'],
  operations: { DescribeParameters: 'ssm:DescribeParameters', ListTagsForResource: 'ssm:ListTagsForResource' },
  async *read(desk) {
    const { items, locator } = await desk.list('DescribeParameters', 'Parameters');
    yield* desk.each(items, async (parameter) => {
      const name = textAt(parameter, 'Name') ?? '';
      const Arn = textAt(parameter, 'ARN') ?? desk.arn('ssm', `parameter/${name.replace(/^\//, '')}`);
      const tags = await desk.get('ListTagsForResource', { ResourceType: 'Parameter', ResourceId: name }, name);
      return desk.fact('aws.parameter', Arn, { ...parameter, Arn, Tags: tagsOf(tags?.TagList) }, locator);
    });
  },
} satisfies Reading;
