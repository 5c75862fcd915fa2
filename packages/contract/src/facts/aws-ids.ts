/**
 * Node ids of AWS things: `aws:<Kind>/<ARN>`. An ARN is unique and never reused for something else of another account, so
 * whoever names a resource by ARN (an annotation, a trust policy, a state file) names the same node. One place, because
 * facts, node rules, edge rules and joins must agree to the letter.
 */
import type { NodeId } from '../node.ts';

/** By `service:resource type`; a service whose ARNs carry no type has an entry without one. */
const kinds: Readonly<Record<string, string>> = {
  'iam:user': 'User',
  'iam:role': 'Role',
  'iam:group': 'Group',
  'iam:policy': 'ManagedPolicy',
  'iam:instance-profile': 'InstanceProfile',
  'iam:oidc-provider': 'OidcProvider',
  'iam:saml-provider': 'SamlProvider',
  'organizations:policy': 'OrganizationPolicy',
  's3:': 'Bucket',
  'kms:key': 'KmsKey',
  'secretsmanager:secret': 'Secret',
  'ssm:parameter': 'Parameter',
  'lambda:function': 'Function',
  'ec2:instance': 'Instance',
  'ec2:security-group': 'SecurityGroup',
  'ecs:cluster': 'EcsCluster',
  'ecs:service': 'EcsService',
  'ecs:task-definition': 'EcsTaskDefinition',
  'eks:cluster': 'EksCluster',
  'ecr:repository': 'EcrRepository',
  'codebuild:project': 'CodeBuildProject',
  'cloudformation:stack': 'Stack',
  'glue:devEndpoint': 'GlueDevEndpoint',
  'glue:job': 'GlueJob',
  'sagemaker:notebook-instance': 'NotebookInstance',
  'sagemaker:endpoint': 'SageMakerEndpoint',
  'sagemaker:model': 'SageMakerModel',
  'sagemaker:training-job': 'TrainingJob',
  'sagemaker:pipeline': 'SageMakerPipeline',
  'bedrock:agent': 'BedrockAgent',
  'bedrock:guardrail': 'Guardrail',
  'bedrock:knowledge-base': 'KnowledgeBase',
  'bedrock:custom-model': 'CustomModel',
  'bedrock-agentcore:runtime': 'AgentCoreRuntime',
  'bedrock-agentcore:gateway': 'AgentCoreGateway',
  'bedrock-agentcore:code-interpreter': 'CodeInterpreter',
  'bedrock-agentcore:code-interpreter-custom': 'CodeInterpreter',
};

/**
 * The node of an ARN (`arn:<partition>:<service>:<region>:<account>:<resource>`); a kind that we do not model is a
 * `Resource`. An S3 object's ARN is that of its bucket's content, not of the bucket: strip the key first.
 */
export function awsId(arn: string): NodeId {
  const [, , service = '', , , ...rest] = arn.split(':');
  const resource = rest.join(':');
  const type = /^[^/:]*(?=[/:])/.exec(resource)?.[0] ?? '';
  return `aws:${kinds[`${service}:${type}`] ?? kinds[`${service}:`] ?? 'Resource'}/${arn}`;
}

/** The twelve digits of an ARN's account, undefined where it has none (S3 buckets, AWS's own policies). */
export function accountOfArn(arn: string): string | undefined {
  const account = arn.split(':', 6)[4];
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined;
}

/** Everything that a holder of the whole account holds. */
export function accountAdminId(account: string): NodeId {
  return `aws:Privilege/${account}/administrator`;
}

/** An account, ours or a stranger's, by its twelve digits. */
export function awsAccountId(account: string): NodeId {
  return `aws:Account/${account}`;
}
