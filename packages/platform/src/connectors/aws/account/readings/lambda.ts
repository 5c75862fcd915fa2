import { array, at, record, textAt } from '../../../../intake/foreign.ts';
import { policyDocument } from '../../policy-text.ts';
import type { Reading } from '../desk.ts';
import { environmentNames, fieldsOf, tagsOf } from '../shapes.ts';

/** `GetFunction` also hands out an address of the code; it is not kept. */
export default {
  service: 'lambda',
  where: 'region',
  kinds: ['aws.function'],
  operations: {
    ListFunctions: 'lambda:ListFunctions',
    GetFunction: 'lambda:GetFunction',
    GetPolicy: 'lambda:GetPolicy',
    ListFunctionUrlConfigs: 'lambda:ListFunctionUrlConfigs',
  },
  async *read(desk) {
    const { items, locator } = await desk.list('ListFunctions', 'Functions');
    yield* desk.each(items, async (listed) => {
      const FunctionName = textAt(listed, 'FunctionName') ?? '';
      const [whole, policy, urls] = await Promise.all([
        desk.get('GetFunction', { FunctionName }, FunctionName),
        desk.get('GetPolicy', { FunctionName }, FunctionName),
        desk.get('ListFunctionUrlConfigs', { FunctionName }, FunctionName),
      ]);
      const configuration = { ...listed, ...record(whole?.Configuration) };
      const image = textAt(whole, 'Code', 'ImageUri');
      const data = {
        ...configuration,
        EnvironmentNames: environmentNames(at(configuration, 'Environment', 'Variables')),
        Layers: fieldsOf(configuration.Layers, 'Arn'),
        Code: image === undefined ? undefined : { ImageUri: image },
        SecurityGroupIds: array(at(configuration, 'VpcConfig', 'SecurityGroupIds')),
        UrlAuthType: at(array(urls?.FunctionUrlConfigs)[0], 'AuthType'),
        Policy: policyDocument(policy?.Policy),
        Tags: tagsOf(whole?.Tags),
      };
      return desk.fact('aws.function', listed.FunctionArn, data, locator);
    });
  },
} satisfies Reading;
