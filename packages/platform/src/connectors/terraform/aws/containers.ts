/** ECS: clusters, tasks, services. */
import { type Mappings, mapping } from './drafts.ts';

export const containers: Mappings = {
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
