import type { GraphNode, NodeRule } from '@firebreak/contract';
import { resourceNode } from '../../aws/resource-node.ts';

/** What runs code: functions, machines, tasks, builds, jobs. */
export default {
  kinds: [
    'Function',
    'Instance',
    'EcsCluster',
    'EcsService',
    'EcsTaskDefinition',
    'CodeBuildProject',
    'GlueJob',
    'GlueDevEndpoint',
    'Stack',
  ],
  needs: [
    'aws.function',
    'aws.instance',
    'aws.ecs-cluster',
    'aws.ecs-service',
    'aws.ecs-task-definition',
    'aws.codebuild-project',
    'aws.glue-job',
    'aws.glue-dev-endpoint',
    'aws.stack',
  ],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('aws.function'))
      yield resourceNode({
        id,
        class: 'workload',
        name: data.FunctionName,
        fact: id,
        arn: data.FunctionArn,
        tags: data.Tags,
        detail: { runtime: data.Runtime, image: data.Code?.ImageUri },
      });
    for (const { id, data } of estate.all('aws.instance')) {
      const name = data.Tags.find(({ Key }) => Key === 'Name')?.Value;
      yield resourceNode({
        id,
        class: 'host',
        name: name === undefined || name === '' ? data.InstanceId : name,
        fact: id,
        arn: data.Arn,
        tags: data.Tags,
        detail: { state: data.State, address: data.PublicIpAddress },
      });
    }
    for (const { id, data } of estate.all('aws.ecs-cluster'))
      yield resourceNode({
        id,
        class: 'control-plane',
        name: data.clusterName ?? id,
        fact: id,
        arn: data.clusterArn,
        tags: data.Tags,
      });
    for (const { id, data } of estate.all('aws.ecs-service'))
      yield resourceNode({
        id,
        class: 'workload',
        name: data.serviceName ?? id,
        fact: id,
        arn: data.serviceArn,
        tags: data.Tags,
        detail: { tasks: data.desiredCount },
      });
    for (const { id, data } of estate.all('aws.ecs-task-definition'))
      yield resourceNode({
        id,
        class: 'workload',
        name: data.family ?? id,
        fact: id,
        arn: data.taskDefinitionArn,
        tags: data.Tags,
        detail: { image: data.containerDefinitions[0]?.image },
      });
    for (const { id, data } of estate.all('aws.codebuild-project'))
      yield resourceNode({
        id,
        class: 'pipeline',
        name: data.name,
        fact: id,
        arn: data.arn,
        tags: data.Tags,
        detail: { source: data.source?.location, webhook: data.webhook },
      });
    for (const { id, data } of estate.all('aws.glue-job'))
      yield resourceNode({ id, class: 'pipeline', name: data.Name, fact: id, arn: data.Arn, tags: data.Tags });
    for (const { id, data } of estate.all('aws.glue-dev-endpoint'))
      yield resourceNode({ id, class: 'workload', name: data.EndpointName, fact: id, arn: data.Arn });
    for (const { id, data } of estate.all('aws.stack'))
      yield resourceNode({
        id,
        class: 'pipeline',
        name: data.StackName,
        fact: id,
        arn: data.StackId,
        tags: data.Tags,
        detail: { status: data.StackStatus },
      });
  },
} satisfies NodeRule;
