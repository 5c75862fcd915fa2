/**
 * What thinks and what binds in the seeded account: agents, gateways, and the organization's policies. Agents of Bedrock itself are
 * in `documented.test.ts`: moto writes their times as numbers, which the SDK takes for no answer.
 */
import {
  BedrockAgentCoreControlClient,
  CreateAgentRuntimeCommand,
  CreateGatewayCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';
import {
  AttachPolicyCommand,
  CreateOrganizationCommand,
  CreatePolicyCommand,
  EnablePolicyTypeCommand,
  ListRootsCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';

interface Options {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export async function seedAgents(options: Options, role: string, image: string): Promise<void> {
  const agentcore = new BedrockAgentCoreControlClient(options);
  await agentcore.send(
    new CreateAgentRuntimeCommand({
      agentRuntimeName: 'planner',
      roleArn: role,
      agentRuntimeArtifact: { containerConfiguration: { containerUri: image } },
      networkConfiguration: { networkMode: 'PUBLIC' },
    }),
  );
  await agentcore.send(
    new CreateGatewayCommand({ name: 'tools', roleArn: role, protocolType: 'MCP', authorizerType: 'AWS_IAM' }),
  );
}

/** A guardrail on the root of the organization, whose management account the seeded one is. */
export async function seedOrganization(options: Options): Promise<string> {
  const organizations = new OrganizationsClient(options);
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
  const { Roots } = await organizations.send(new ListRootsCommand({}));
  const root = Roots?.[0]?.Id ?? '';
  await organizations.send(new EnablePolicyTypeCommand({ RootId: root, PolicyType: 'SERVICE_CONTROL_POLICY' }));
  const { Policy } = await organizations.send(
    new CreatePolicyCommand({
      Name: 'guardrail',
      Description: 'no leaving',
      Type: 'SERVICE_CONTROL_POLICY',
      Content: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Action: 'organizations:LeaveOrganization', Resource: '*' }],
      }),
    }),
  );
  await organizations.send(new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id ?? '', TargetId: root }));
  return root;
}
