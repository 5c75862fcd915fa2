/** Functions, machines, tasks, builds, jobs, stacks. */
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

export const workloads: Mappings = {
  aws_lambda_function: mapping('aws.function', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('function_name')];
    if (arn === undefined || name === undefined) return;
    const code = { ImageUri: view.text('image_uri'), S3Bucket: view.text('s3_bucket'), S3Key: view.text('s3_key') };
    const data = {
      FunctionArn: arn,
      FunctionName: name,
      Role: view.text('role'),
      Runtime: view.text('runtime'),
      PackageType: view.text('package_type') ?? 'Zip',
      KMSKeyArn: view.text('kms_key_arn'),
      EnvironmentNames: view.block('environment').keys('variables'),
      Layers: view.texts('layers'),
      Code: Object.values(code).some((part) => part !== undefined) ? code : undefined,
      SecurityGroupIds: view.block('vpc_config').texts('security_group_ids'),
      Tags: view.tags(),
    };
    drafts.put('aws.function', arn, data, view.locator, [name]);
  }),
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
  aws_ecs_cluster: mapping('aws.ecs-cluster', (view, drafts) => {
    const arn = view.text('arn');
    const data = { clusterArn: arn, clusterName: view.text('name'), Tags: view.tags() };
    if (arn !== undefined) drafts.put('aws.ecs-cluster', arn, data, view.locator, [view.text('name')]);
  }),
  aws_ecs_task_definition: mapping('aws.ecs-task-definition', (view, drafts) => {
    const written = view.text('arn');
    if (written === undefined) return;
    // Before it is applied nobody knows the revision: a family without one is its newest.
    const containers = view.json('container_definitions');
    const data = {
      taskDefinitionArn: written,
      family: view.text('family'),
      taskRoleArn: view.text('task_role_arn'),
      executionRoleArn: view.text('execution_role_arn'),
      networkMode: view.text('network_mode'),
      requiresCompatibilities: view.texts('requires_compatibilities'),
      containerDefinitions: (Array.isArray(containers) ? containers : []).map(containerOf),
      Tags: view.tags(),
    };
    drafts.put('aws.ecs-task-definition', written, data, view.locator, [view.text('family')]);
  }),
  aws_ecs_service: mapping('aws.ecs-service', (view, drafts) => {
    const [name, cluster] = [view.text('name'), view.text('cluster')];
    const { partition, region, account } = view.place;
    const clusterName = cluster?.slice(cluster.lastIndexOf('/') + 1) ?? 'default';
    const known = view.text('arn') ?? view.text('id');
    const made =
      region === undefined || account === undefined || name === undefined
        ? undefined
        : `arn:${partition}:ecs:${region}:${account}:service/${clusterName}/${name}`;
    const arn = known?.startsWith('arn:') ? known : made;
    if (arn === undefined) return;
    const network = view.block('network_configuration');
    const definition = view.text('task_definition');
    const data = {
      serviceArn: arn,
      serviceName: name,
      clusterArn: cluster,
      taskDefinition:
        definition?.startsWith('arn:') === true
          ? definition
          : `arn:${partition}:ecs:${region}:${account}:task-definition/${definition}`,
      desiredCount: view.number('desired_count'),
      launchType: view.text('launch_type'),
      assignPublicIp: network.flag('assign_public_ip') === true ? 'ENABLED' : undefined,
      securityGroups: network.texts('security_groups'),
      enableExecuteCommand: view.flag('enable_execute_command'),
      Tags: view.tags(),
    };
    drafts.put('aws.ecs-service', arn, data, view.locator);
  }),
  aws_codebuild_project: mapping('aws.codebuild-project', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    const environment = view.block('environment');
    const source = view.block('source');
    const data = {
      arn,
      name,
      serviceRole: view.text('service_role'),
      source: { type: source.text('type'), location: source.text('location') },
      image: environment.text('image'),
      privilegedMode: environment.flag('privileged_mode'),
      environmentVariables: environment.blocks('environment_variable').map((variable) => {
        const type = variable.text('type') ?? 'PLAINTEXT';
        return {
          name: variable.text('name'),
          type,
          ...(type === 'PLAINTEXT' ? {} : { valueFrom: variable.text('value') }),
        };
      }),
      webhook: false,
      projectVisibility: view.text('project_visibility'),
      Tags: view.tags(),
    };
    drafts.put('aws.codebuild-project', arn, data, view.locator, [name]);
  }),
  aws_glue_job: mapping('aws.glue-job', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    const script = view.block('command').text('script_location');
    drafts.put(
      'aws.glue-job',
      arn,
      { Arn: arn, Name: name, Role: view.text('role_arn'), ScriptLocation: script, Tags: view.tags() },
      view.locator,
    );
  }),
  aws_glue_dev_endpoint: mapping('aws.glue-dev-endpoint', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    const data = {
      Arn: arn,
      EndpointName: name,
      RoleArn: view.text('role_arn'),
      PublicAddress: view.text('public_address'),
    };
    drafts.put('aws.glue-dev-endpoint', arn, data, view.locator);
  }),
  aws_cloudformation_stack: mapping('aws.stack', (view, drafts) => {
    const arn = view.text('arn') ?? view.text('id');
    if (arn?.startsWith('arn:') !== true) return;
    const data = {
      StackId: arn,
      StackName: view.text('name'),
      RoleARN: view.text('iam_role_arn'),
      Capabilities: view.texts('capabilities'),
      Tags: view.tags(),
    };
    drafts.put('aws.stack', arn, data, view.locator);
  }),
};

function containerOf(container: unknown) {
  const of = (name: string): unknown =>
    typeof container === 'object' && container !== null ? Reflect.get(container, name) : undefined;
  const environment = of('environment');
  const names = (Array.isArray(environment) ? environment : []).flatMap((variable: unknown) => {
    const name: unknown = typeof variable === 'object' && variable !== null ? Reflect.get(variable, 'name') : undefined;
    return typeof name === 'string' ? [name] : [];
  });
  return {
    name: of('name'),
    image: of('image'),
    privileged: of('privileged'),
    environmentNames: names.sort(),
    secrets: of('secrets'),
  };
}

export const workloadAdditions: Mappings = {
  aws_lambda_function_url: mapping('aws.function', (view, drafts) => {
    const found = drafts.find('aws.function', view.text('function_name'));
    if (found !== undefined) found.UrlAuthType = view.text('authorization_type');
  }),
  aws_lambda_permission: mapping('aws.function', (view, drafts) => {
    const found = drafts.find('aws.function', view.text('function_name'));
    if (found === undefined) return;
    const principal = view.text('principal') ?? '';
    const service = principal.includes('.amazonaws.com');
    const condition: Record<string, unknown> = {};
    const [source, account, urlAuth] = [
      view.text('source_arn'),
      view.text('source_account'),
      view.text('function_url_auth_type'),
    ];
    if (source !== undefined) condition.ArnLike = { 'AWS:SourceArn': source };
    const equals = {
      ...(account === undefined ? {} : { 'AWS:SourceAccount': account }),
      ...(urlAuth === undefined ? {} : { 'lambda:FunctionUrlAuthType': urlAuth }),
    };
    if (Object.keys(equals).length > 0) condition.StringEquals = equals;
    const statement = {
      Sid: view.text('statement_id') ?? view.address,
      Effect: 'Allow',
      Principal: principal === '*' ? '*' : service ? { Service: principal } : { AWS: principal },
      Action: view.text('action'),
      Resource: found.FunctionArn,
      ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
    };
    const policy = found.Policy as { Statement?: unknown[] } | undefined;
    found.Policy = { Version: '2012-10-17', Statement: [...(policy?.Statement ?? []), statement] };
  }),
  aws_security_group_rule: mapping('aws.security-group', (view, drafts) => {
    if (view.text('type') === 'ingress')
      drafts.add('aws.security-group', view.text('security_group_id'), 'IpPermissions', permission(view));
  }),
  aws_vpc_security_group_ingress_rule: mapping('aws.security-group', (view, drafts) => {
    drafts.add('aws.security-group', view.text('security_group_id'), 'IpPermissions', permission(view));
  }),
  aws_codebuild_webhook: mapping('aws.codebuild-project', (view, drafts) => {
    const project = drafts.find('aws.codebuild-project', view.text('project_name'));
    if (project !== undefined) project.webhook = true;
  }),
};
