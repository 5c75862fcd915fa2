import type { Reading } from '../desk.ts';
import { tagsOf } from '../shapes.ts';

/** Parameters and outputs stay behind: people put secrets into them. */
export default {
  service: 'cloudformation',
  where: 'region',
  kinds: ['aws.stack'],
  operations: { DescribeStacks: 'cloudformation:DescribeStacks' },
  async *read(desk) {
    const { items, locator } = await desk.list('DescribeStacks', 'Stacks');
    for (const stack of items)
      yield desk.fact('aws.stack', stack.StackId, { ...stack, Tags: tagsOf(stack.Tags) }, locator);
  },
} satisfies Reading;
