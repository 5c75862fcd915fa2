import { array, at, record, textAt } from '../../../../intake/foreign.ts';
import type { Reading } from '../desk.ts';
import { environmentNames, tagsOf } from '../shapes.ts';

/** Task definitions are those that services run, and the newest of each family besides: an account keeps thousands of old ones. */
export default {
  service: 'ecs',
  where: 'region',
  kinds: ['aws.ecs-cluster', 'aws.ecs-service', 'aws.ecs-task-definition'],
  operations: {
    ListClusters: 'ecs:ListClusters',
    DescribeClusters: 'ecs:DescribeClusters',
    ListServices: 'ecs:ListServices',
    DescribeServices: 'ecs:DescribeServices',
    ListTaskDefinitionFamilies: 'ecs:ListTaskDefinitionFamilies',
    DescribeTaskDefinition: 'ecs:DescribeTaskDefinition',
  },
  async *read(desk) {
    const clusters = await desk.list('ListClusters', 'clusterArns');
    for (const part of desk.parts(clusters.texts, 100)) {
      const described = await desk.list('DescribeClusters', 'clusters', { clusters: part, include: ['TAGS'] });
      for (const cluster of described.items)
        yield desk.fact(
          'aws.ecs-cluster',
          cluster.clusterArn,
          { ...cluster, Tags: tagsOf(cluster.tags) },
          described.locator,
        );
    }
    const running = new Set<string>();
    for (const cluster of clusters.texts) {
      const name = cluster.slice(cluster.lastIndexOf('/') + 1);
      const services = await desk.list('ListServices', 'serviceArns', { cluster }, name);
      for (const part of desk.parts(services.texts, 10)) {
        const described = await desk.list(
          'DescribeServices',
          'services',
          { cluster, services: part, include: ['TAGS'] },
          name,
        );
        for (const service of described.items) {
          const network = record(at(service, 'networkConfiguration', 'awsvpcConfiguration'));
          const data = {
            ...service,
            assignPublicIp: network?.assignPublicIp,
            securityGroups: array(network?.securityGroups),
            Tags: tagsOf(service.tags),
          };
          const definition = textAt(service, 'taskDefinition');
          if (definition !== undefined) running.add(definition);
          yield desk.fact('aws.ecs-service', service.serviceArn, data, described.locator);
        }
      }
    }
    const families = await desk.list('ListTaskDefinitionFamilies', 'families', { status: 'ACTIVE' });
    const seen = new Set<string>();
    for await (const answer of desk.each([...running, ...families.texts], async (name) => ({
      name,
      described: await desk.get(
        'DescribeTaskDefinition',
        { taskDefinition: name, include: ['TAGS'] },
        name.slice(name.lastIndexOf('/') + 1),
      ),
    }))) {
      const definition = record(answer.described?.taskDefinition);
      const arn = textAt(definition, 'taskDefinitionArn');
      if (definition === undefined || arn === undefined || seen.has(arn)) continue;
      seen.add(arn);
      const data = {
        ...definition,
        containerDefinitions: array(definition.containerDefinitions).map((container) => ({
          ...record(container),
          environmentNames: environmentNames(at(container, 'environment')),
        })),
        Tags: tagsOf(answer.described?.tags),
      };
      yield desk.fact('aws.ecs-task-definition', arn, data, families.locator);
    }
  },
} satisfies Reading;
