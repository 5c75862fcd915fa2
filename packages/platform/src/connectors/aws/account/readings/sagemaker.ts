import { array, at, type Foreign, record, text, textAt } from '../../../../intake/foreign.ts';
import type { Desk, Reading } from '../desk.ts';
import { environmentNames, fieldsOf, tagsOf } from '../shapes.ts';

export default {
  service: 'sagemaker',
  where: 'region',
  kinds: [
    'aws.notebook-instance',
    'aws.sagemaker-endpoint',
    'aws.sagemaker-model',
    'aws.training-job',
    'aws.sagemaker-pipeline',
  ],
  operations: {
    ListNotebookInstances: 'sagemaker:ListNotebookInstances',
    DescribeNotebookInstance: 'sagemaker:DescribeNotebookInstance',
    ListEndpoints: 'sagemaker:ListEndpoints',
    DescribeEndpoint: 'sagemaker:DescribeEndpoint',
    DescribeEndpointConfig: 'sagemaker:DescribeEndpointConfig',
    ListModels: 'sagemaker:ListModels',
    DescribeModel: 'sagemaker:DescribeModel',
    ListTrainingJobs: 'sagemaker:ListTrainingJobs',
    DescribeTrainingJob: 'sagemaker:DescribeTrainingJob',
    ListPipelines: 'sagemaker:ListPipelines',
    DescribePipeline: 'sagemaker:DescribePipeline',
    ListTags: 'sagemaker:ListTags',
  },
  async *read(desk) {
    yield* resources(desk, 'NotebookInstance', 'NotebookInstances', (notebook) => ({
      kind: 'aws.notebook-instance',
      data: { ...notebook, SecurityGroups: array(notebook.SecurityGroups) },
    }));
    yield* resources(desk, 'Endpoint', 'Endpoints', async (endpoint) => {
      const EndpointConfigName = textAt(endpoint, 'EndpointConfigName');
      const config =
        EndpointConfigName === undefined
          ? undefined
          : await desk.get('DescribeEndpointConfig', { EndpointConfigName }, EndpointConfigName);
      return {
        kind: 'aws.sagemaker-endpoint',
        data: { ...endpoint, ModelNames: fieldsOf(config?.ProductionVariants, 'ModelName') },
      };
    });
    yield* resources(desk, 'Model', 'Models', (model) => {
      const containers = [model.PrimaryContainer, ...array(model.Containers)].filter(
        (each) => record(each) !== undefined,
      );
      const Containers = containers.map((container) => ({
        ...record(container),
        EnvironmentNames: environmentNames(at(container, 'Environment')),
      }));
      return { kind: 'aws.sagemaker-model', data: { ...model, Containers } };
    });
    yield* resources(desk, 'TrainingJob', 'TrainingJobSummaries', (job) => ({
      kind: 'aws.training-job',
      data: {
        ...job,
        TrainingImage: at(job, 'AlgorithmSpecification', 'TrainingImage'),
        Inputs: array(job.InputDataConfig).map((channel) => ({
          ChannelName: at(channel, 'ChannelName'),
          S3Uri: at(channel, 'DataSource', 'S3DataSource', 'S3Uri'),
        })),
        S3OutputPath: at(job, 'OutputDataConfig', 'S3OutputPath'),
        S3ModelArtifacts: at(job, 'ModelArtifacts', 'S3ModelArtifacts'),
      },
    }));
    yield* resources(desk, 'Pipeline', 'PipelineSummaries', (pipeline) => ({
      kind: 'aws.sagemaker-pipeline',
      data: pipeline,
    }));
  },
} satisfies Reading;

type Made = {
  readonly kind:
    | 'aws.notebook-instance'
    | 'aws.sagemaker-endpoint'
    | 'aws.sagemaker-model'
    | 'aws.training-job'
    | 'aws.sagemaker-pipeline';
  readonly data: Foreign;
};

/** All five kinds are listed, described and tagged in the same way. */
async function* resources(desk: Desk, what: string, path: string, make: (whole: Foreign) => Made | Promise<Made>) {
  const { items, locator } = await desk.list(`List${what}s`, path);
  yield* desk.each(items, async (summary) => {
    const name = textAt(summary, `${what}Name`) ?? '';
    const ResourceArn = text(summary[`${what}Arn`]);
    const [described, tags] = await Promise.all([
      desk.get(`Describe${what}`, { [`${what}Name`]: name }, name),
      desk.get('ListTags', { ResourceArn }, what.toLowerCase(), name),
    ]);
    const { kind, data } = await make({ ...summary, ...described });
    return desk.fact(kind, ResourceArn, { ...data, Tags: tagsOf(tags?.Tags) }, locator);
  });
}
