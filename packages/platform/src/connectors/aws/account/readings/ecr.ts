import { textAt } from '../../../../intake/foreign.ts';
import { policyDocument } from '../../policy-text.ts';
import type { Reading } from '../desk.ts';
import { tagsOf } from '../shapes.ts';

export default {
  service: 'ecr',
  where: 'region',
  kinds: ['aws.ecr-repository'],
  operations: {
    DescribeRepositories: 'ecr:DescribeRepositories',
    GetRepositoryPolicy: 'ecr:GetRepositoryPolicy',
    ListTagsForResource: 'ecr:ListTagsForResource',
  },
  async *read(desk) {
    const { items, locator } = await desk.list('DescribeRepositories', 'repositories');
    yield* desk.each(items, async (repository) => {
      const repositoryName = textAt(repository, 'repositoryName') ?? '';
      const [policy, tags] = await Promise.all([
        desk.get('GetRepositoryPolicy', { repositoryName }, repositoryName),
        desk.get('ListTagsForResource', { resourceArn: repository.repositoryArn }, repositoryName),
      ]);
      const data = { ...repository, Policy: policyDocument(policy?.policyText), Tags: tagsOf(tags?.tags) };
      return desk.fact('aws.ecr-repository', repository.repositoryArn, data, locator);
    });
  },
} satisfies Reading;
