/** EC2: instances, and what their security groups let in. */
import { type Mappings, mapping } from './drafts.ts';
import type { View } from './view.ts';

/** A rule of a security group as EC2 writes it. */
function permission(view: View) {
  return {
    IpProtocol: view.text('protocol') ?? view.text('ip_protocol') ?? '-1',
    FromPort: view.number('from_port'),
    ToPort: view.number('to_port'),
    IpRanges: [...view.texts('cidr_blocks'), ...one(view.text('cidr_ipv4'))].map((CidrIp) => ({ CidrIp })),
    Ipv6Ranges: [...view.texts('ipv6_cidr_blocks'), ...one(view.text('cidr_ipv6'))].map((CidrIpv6) => ({ CidrIpv6 })),
    UserIdGroupPairs: [
      ...view.texts('security_groups'),
      ...one(view.text('source_security_group_id') ?? view.text('referenced_security_group_id')),
    ].map((GroupId) => ({ GroupId })),
  };
}

function one(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

export const machines: Mappings = {
  aws_instance: mapping('aws.instance', (view, drafts) => {
    const [arn, id] = [view.text('arn'), view.text('id')];
    if (arn === undefined || id === undefined) return;
    const options = view.block('metadata_options');
    const profile = view.text('iam_instance_profile');
    const { partition, account } = view.place;
    const data = {
      Arn: arn,
      InstanceId: id,
      State: view.text('instance_state') ?? 'running',
      ImageId: view.text('ami'),
      PublicIpAddress:
        view.text('public_ip') ?? (view.flag('associate_public_ip_address') === true ? 'unassigned' : undefined),
      PrivateIpAddress: view.text('private_ip'),
      PrivateDnsName: view.text('private_dns'),
      SubnetId: view.text('subnet_id'),
      KeyName: view.text('key_name'),
      IamInstanceProfile:
        profile === undefined ? undefined : `arn:${partition}:iam::${account}:instance-profile/${profile}`,
      SecurityGroupIds: view.texts('vpc_security_group_ids'),
      MetadataOptions:
        view.blocks('metadata_options').length === 0
          ? undefined
          : {
              HttpTokens: options.text('http_tokens') ?? 'optional',
              HttpEndpoint: options.text('http_endpoint') ?? 'enabled',
              HttpPutResponseHopLimit: options.number('http_put_response_hop_limit') ?? 1,
            },
      Tags: view.tags(),
    };
    drafts.put('aws.instance', arn, data, view.locator, [id]);
  }),
  aws_security_group: mapping('aws.security-group', (view, drafts) => {
    const [arn, id] = [view.text('arn'), view.text('id')];
    if (arn === undefined || id === undefined) return;
    const data = {
      Arn: arn,
      GroupId: id,
      GroupName: view.text('name'),
      VpcId: view.text('vpc_id'),
      IpPermissions: view.blocks('ingress').map(permission),
      Tags: view.tags(),
    };
    drafts.put('aws.security-group', arn, data, view.locator, [id]);
  }),
};

export const machineAdditions: Mappings = {
  aws_security_group_rule: mapping('aws.security-group', (view, drafts) => {
    if (view.text('type') === 'ingress')
      drafts.add('aws.security-group', view.text('security_group_id'), 'IpPermissions', permission(view));
  }),
  aws_vpc_security_group_ingress_rule: mapping('aws.security-group', (view, drafts) => {
    drafts.add('aws.security-group', view.text('security_group_id'), 'IpPermissions', permission(view));
  }),
};
