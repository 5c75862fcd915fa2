import type { GraphNode, NodeRule } from '@firebreak/contract';
import { resourceNode } from '../../aws/resource-node.ts';

/** SageMaker and Bedrock: where models are made, kept and served. Each of them is a jewel, finished or not. */
export default {
  kinds: ['NotebookInstance', 'SageMakerEndpoint', 'SageMakerModel', 'TrainingJob', 'SageMakerPipeline', 'CustomModel'],
  needs: [
    'aws.notebook-instance',
    'aws.sagemaker-endpoint',
    'aws.sagemaker-model',
    'aws.training-job',
    'aws.sagemaker-pipeline',
    'aws.custom-model',
  ],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('aws.notebook-instance'))
      yield resourceNode({
        id,
        class: 'workload',
        name: data.NotebookInstanceName,
        fact: id,
        arn: data.NotebookInstanceArn,
        tags: data.Tags,
        detail: { status: data.NotebookInstanceStatus, internet: data.DirectInternetAccess, root: data.RootAccess },
      });
    for (const { id, data } of estate.all('aws.sagemaker-endpoint'))
      yield resourceNode({
        id,
        class: 'endpoint',
        name: data.EndpointName,
        fact: id,
        arn: data.EndpointArn,
        tags: data.Tags,
        jewel: 'it serves a model',
        detail: { status: data.EndpointStatus },
      });
    for (const { id, data } of estate.all('aws.sagemaker-model'))
      yield resourceNode({
        id,
        class: 'model',
        name: data.ModelName,
        fact: id,
        arn: data.ModelArn,
        tags: data.Tags,
        jewel: 'a model',
        detail: { from: data.Containers[0]?.ModelDataUrl },
      });
    for (const { id, data } of estate.all('aws.training-job'))
      yield resourceNode({
        id,
        class: 'pipeline',
        name: data.TrainingJobName,
        fact: id,
        arn: data.TrainingJobArn,
        tags: data.Tags,
        jewel: 'it trains a model',
        detail: { status: data.TrainingJobStatus },
      });
    for (const { id, data } of estate.all('aws.sagemaker-pipeline'))
      yield resourceNode({
        id,
        class: 'pipeline',
        name: data.PipelineName,
        fact: id,
        arn: data.PipelineArn,
        tags: data.Tags,
      });
    for (const { id, data } of estate.all('aws.custom-model'))
      yield resourceNode({
        id,
        class: 'model',
        name: data.modelName,
        fact: id,
        arn: data.modelArn,
        tags: data.Tags,
        jewel: 'a model',
        detail: { base: data.baseModelArn },
      });
  },
} satisfies NodeRule;
