import { array, at, textAt } from '../../../../intake/foreign.ts';
import type { Reading } from '../desk.ts';
import { fieldsOf, pick, tagsOf } from '../shapes.ts';

/** User data is never asked for: `DescribeInstanceAttribute` is not in the role. */
export default {
  service: 'ec2',
  where: 'region',
  kinds: ['aws.instance', 'aws.security-group'],
  operations: { DescribeInstances: 'ec2:DescribeInstances', DescribeSecurityGroups: 'ec2:DescribeSecurityGroups' },
  async *read(desk) {
    const reservations = await desk.list('DescribeInstances', 'Reservations');
    for (const reservation of reservations.items)
      for (const entry of array(reservation.Instances)) {
        const Arn = desk.arn('ec2', `instance/${textAt(entry, 'InstanceId') ?? ''}`);
        const instance = { ...(entry as Readonly<Record<string, unknown>>) };
        const options = at(instance, 'MetadataOptions');
        const data = {
          ...instance,
          Arn,
          State: at(instance, 'State', 'Name'),
          IamInstanceProfile: at(instance, 'IamInstanceProfile', 'Arn'),
          SecurityGroupIds: fieldsOf(instance.SecurityGroups, 'GroupId'),
          MetadataOptions:
            options === undefined
              ? undefined
              : pick(options as never, 'HttpTokens', 'HttpEndpoint', 'HttpPutResponseHopLimit'),
          Tags: tagsOf(instance.Tags),
        };
        if (data.State !== 'terminated') yield desk.fact('aws.instance', Arn, data, reservations.locator);
      }
    const groups = await desk.list('DescribeSecurityGroups', 'SecurityGroups');
    for (const group of groups.items) {
      const Arn = desk.arn('ec2', `security-group/${textAt(group, 'GroupId') ?? ''}`);
      yield desk.fact('aws.security-group', Arn, { ...group, Arn, Tags: tagsOf(group.Tags) }, groups.locator);
    }
  },
} satisfies Reading;
