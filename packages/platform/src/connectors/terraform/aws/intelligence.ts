/** SageMaker, Bedrock and AgentCore. */
import { type Mappings, mapping } from './drafts.ts';
import type { View } from './view.ts';

function container(view: View) {
  const source = view.block('model_data_source').block('s3_data_source');
  return {
    Image: view.text('image'),
    ModelDataUrl: view.text('model_data_url') ?? source.text('s3_uri'),
    ModelPackageName: view.text('model_package_name'),
    EnvironmentNames: view.keys('environment'),
  };
}

export const intelligence: Mappings = {
  aws_sagemaker_notebook_instance: mapping('aws.notebook-instance', (view, drafts) => {
    const arn = view.text('arn');
    if (arn === undefined) return;
    const data = {
      NotebookInstanceArn: arn,
      NotebookInstanceName: view.text('name'),
      RoleArn: view.text('role_arn'),
      DirectInternetAccess: view.text('direct_internet_access'),
      RootAccess: view.text('root_access'),
      KmsKeyId: view.text('kms_key_id'),
      SecurityGroups: view.texts('security_groups'),
      DefaultCodeRepository: view.text('default_code_repository'),
      NotebookInstanceLifecycleConfigName: view.text('lifecycle_config_name'),
      Tags: view.tags(),
    };
    drafts.put('aws.notebook-instance', arn, data, view.locator);
  }),
  aws_sagemaker_model: mapping('aws.sagemaker-model', (view, drafts) => {
    const arn = view.text('arn');
    if (arn === undefined) return;
    const Containers = [...view.blocks('primary_container'), ...view.blocks('container')].map(container);
    const data = {
      ModelArn: arn,
      ModelName: view.text('name'),
      ExecutionRoleArn: view.text('execution_role_arn'),
      Containers,
      Tags: view.tags(),
    };
    drafts.put('aws.sagemaker-model', arn, data, view.locator);
  }),
  aws_sagemaker_endpoint: mapping('aws.sagemaker-endpoint', (view, drafts) => {
    const arn = view.text('arn');
    if (arn === undefined) return;
    const data = {
      EndpointArn: arn,
      EndpointName: view.text('name'),
      EndpointConfigName: view.text('endpoint_config_name'),
      Tags: view.tags(),
    };
    drafts.put('aws.sagemaker-endpoint', arn, data, view.locator);
  }),
  aws_sagemaker_pipeline: mapping('aws.sagemaker-pipeline', (view, drafts) => {
    const arn = view.text('arn');
    const data = {
      PipelineArn: arn,
      PipelineName: view.text('pipeline_name'),
      RoleArn: view.text('role_arn'),
      Tags: view.tags(),
    };
    if (arn !== undefined) drafts.put('aws.sagemaker-pipeline', arn, data, view.locator);
  }),
  aws_bedrockagent_agent: mapping('aws.bedrock-agent', (view, drafts) => {
    const [arn, id] = [view.text('agent_arn') ?? view.text('arn'), view.text('agent_id') ?? view.text('id')];
    if (arn === undefined || id === undefined) return;
    const data = {
      agentArn: arn,
      agentId: id,
      agentName: view.text('agent_name'),
      agentResourceRoleArn: view.text('agent_resource_role_arn'),
      foundationModel: view.text('foundation_model'),
      guardrailIdentifier: view.block('guardrail_configuration').text('guardrail_identifier'),
      Tags: view.tags(),
    };
    drafts.put('aws.bedrock-agent', arn, data, view.locator, [id]);
  }),
  aws_bedrockagent_knowledge_base: mapping('aws.knowledge-base', (view, drafts) => {
    const [arn, id] = [view.text('arn'), view.text('id')];
    if (arn === undefined || id === undefined) return;
    const storageType = view.block('storage_configuration').text('type');
    const data = {
      knowledgeBaseArn: arn,
      knowledgeBaseId: id,
      name: view.text('name'),
      roleArn: view.text('role_arn'),
      storageType,
      Tags: view.tags(),
    };
    drafts.put('aws.knowledge-base', arn, data, view.locator, [id]);
  }),
  aws_bedrock_guardrail: mapping('aws.guardrail', (view, drafts) => {
    const arn = view.text('guardrail_arn') ?? view.text('arn');
    const id = view.text('guardrail_id') ?? view.text('id');
    const data = { guardrailArn: arn, guardrailId: id, name: view.text('name'), Tags: view.tags() };
    if (arn !== undefined && id !== undefined) drafts.put('aws.guardrail', arn, data, view.locator);
  }),
  aws_bedrock_custom_model: mapping('aws.custom-model', (view, drafts) => {
    const arn = view.text('custom_model_arn');
    if (arn === undefined) return;
    const data = {
      modelArn: arn,
      modelName: view.text('custom_model_name'),
      baseModelArn: view.text('base_model_identifier'),
      modelKmsKeyArn: view.text('custom_model_kms_key_id'),
      trainingS3Uri: view.block('training_data_config').text('s3_uri'),
      outputS3Uri: view.block('output_data_config').text('s3_uri'),
      Tags: view.tags(),
    };
    drafts.put('aws.custom-model', arn, data, view.locator);
  }),
  aws_bedrockagentcore_agent_runtime: mapping('aws.agent-runtime', (view, drafts) => {
    const arn = view.text('agent_runtime_arn') ?? view.text('arn');
    if (arn === undefined) return;
    const data = {
      agentRuntimeArn: arn,
      agentRuntimeName: view.text('agent_runtime_name'),
      roleArn: view.text('role_arn'),
      containerUri: view.block('agent_runtime_artifact').block('container_configuration').text('container_uri'),
      networkMode: view.block('network_configuration').text('network_mode'),
      environmentNames: view.keys('environment_variables'),
      Tags: view.tags(),
    };
    drafts.put('aws.agent-runtime', arn, data, view.locator);
  }),
  aws_bedrockagentcore_gateway: mapping('aws.agent-gateway', (view, drafts) => {
    const arn = view.text('gateway_arn') ?? view.text('arn');
    const data = {
      gatewayArn: arn,
      name: view.text('name'),
      roleArn: view.text('role_arn'),
      authorizerType: view.text('authorizer_type'),
      Tags: view.tags(),
    };
    if (arn !== undefined)
      drafts.put('aws.agent-gateway', arn, data, view.locator, [view.text('gateway_id') ?? view.text('id')]);
  }),
  aws_bedrockagentcore_code_interpreter: mapping('aws.code-interpreter', (view, drafts) => {
    const arn = view.text('code_interpreter_arn') ?? view.text('arn');
    if (arn === undefined) return;
    const networkMode = view.block('network_configuration').text('network_mode');
    const data = {
      codeInterpreterArn: arn,
      name: view.text('name'),
      executionRoleArn: view.text('execution_role_arn'),
      networkMode,
      Tags: view.tags(),
    };
    drafts.put('aws.code-interpreter', arn, data, view.locator);
  }),
};

export const intelligenceAdditions: Mappings = {
  aws_sagemaker_endpoint_configuration: mapping('aws.sagemaker-endpoint', (view, drafts) => {
    const name = view.text('name');
    const models = view.blocks('production_variants').map((variant) => variant.text('model_name'));
    for (const endpoint of drafts.all('aws.sagemaker-endpoint'))
      if (name !== undefined && endpoint.EndpointConfigName === name)
        endpoint.ModelNames = models.filter((model) => model !== undefined);
  }),
  aws_bedrockagent_agent_action_group: mapping('aws.bedrock-agent', (view, drafts) => {
    if (view.text('action_group_state') === 'DISABLED') return;
    drafts.add('aws.bedrock-agent', view.text('agent_id'), 'actionGroups', {
      actionGroupName: view.text('action_group_name'),
      lambda: view.block('action_group_executor').text('lambda'),
      parentActionSignature: view.text('parent_action_group_signature'),
    });
  }),
  aws_bedrockagent_agent_knowledge_base_association: mapping('aws.bedrock-agent', (view, drafts) => {
    const base = view.text('knowledge_base_id');
    if (base !== undefined && view.text('knowledge_base_state') !== 'DISABLED')
      drafts.add('aws.bedrock-agent', view.text('agent_id'), 'knowledgeBaseIds', base);
  }),
  aws_bedrockagent_data_source: mapping('aws.knowledge-base', (view, drafts) => {
    const configuration = view.block('data_source_configuration');
    const s3 = configuration.block('s3_configuration');
    drafts.add('aws.knowledge-base', view.text('knowledge_base_id'), 'dataSources', {
      dataSourceId: view.text('data_source_id') ?? `terraform:${view.address}`,
      name: view.text('name'),
      type: configuration.text('type'),
      bucketArn: s3.text('bucket_arn'),
      inclusionPrefixes: s3.texts('inclusion_prefixes'),
    });
  }),
};
