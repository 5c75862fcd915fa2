import { array, at, record } from '../../../../intake/foreign.ts';
import type { Reading } from '../desk.ts';
import { pick, tagsOf } from '../shapes.ts';

const named = new Set<unknown>(['SECRETS_MANAGER', 'PARAMETER_STORE']);

export default {
  service: 'codebuild',
  where: 'region',
  kinds: ['aws.codebuild-project'],
  operations: { ListProjects: 'codebuild:ListProjects', BatchGetProjects: 'codebuild:BatchGetProjects' },
  async *read(desk) {
    const { texts } = await desk.list('ListProjects', 'projects');
    for (const part of desk.parts(texts, 100)) {
      const { items, locator } = await desk.list('BatchGetProjects', 'projects', { names: part });
      for (const project of items) {
        const variables = array(at(project, 'environment', 'environmentVariables'));
        const data = {
          ...project,
          source: pick(record(project.source), 'type', 'location'),
          image: at(project, 'environment', 'image'),
          privilegedMode: at(project, 'environment', 'privilegedMode'),
          environmentVariables: variables.map((variable) => ({
            ...pick(record(variable), 'name', 'type'),
            ...(named.has(at(variable, 'type')) ? { valueFrom: at(variable, 'value') } : {}),
          })),
          webhook: project.webhook !== undefined && project.webhook !== null,
          Tags: tagsOf(project.tags),
        };
        yield desk.fact('aws.codebuild-project', project.arn, data, locator);
      }
    }
  },
} satisfies Reading;
