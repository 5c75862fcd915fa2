/** Functions, builds, jobs, stacks. */
import { type Mappings, mapping } from './drafts.ts';

export const workloads: Mappings = {
  aws_lambda_function: mapping('aws.function', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('function_name')];
    if (arn === undefined || name === undefined) return;
    const code = { ImageUri: view.text('image_uri'), S3Bucket: view.text('s3_bucket'), S3Key: view.text('s3_key') };
    const data = {
      FunctionArn: arn,
      FunctionName: name,
      Role: view.text('role'),
      Runtime: view.text('runtime'),
      PackageType: view.text('package_type') ?? 'Zip',
      KMSKeyArn: view.text('kms_key_arn'),
      EnvironmentNames: view.block('environment').keys('variables'),
      Layers: view.texts('layers'),
      Code: Object.values(code).some((part) => part !== undefined) ? code : undefined,
      SecurityGroupIds: view.block('vpc_config').texts('security_group_ids'),
      Tags: view.tags(),
    };
    drafts.put('aws.function', arn, data, view.locator, [name]);
  }),
  aws_codebuild_project: mapping('aws.codebuild-project', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    const environment = view.block('environment');
    const source = view.block('source');
    const data = {
      arn,
      name,
      serviceRole: view.text('service_role'),
      source: { type: source.text('type'), location: source.text('location') },
      image: environment.text('image'),
      privilegedMode: environment.flag('privileged_mode'),
      environmentVariables: environment.blocks('environment_variable').map((variable) => {
        const type = variable.text('type') ?? 'PLAINTEXT';
        return {
          name: variable.text('name'),
          type,
          ...(type === 'PLAINTEXT' ? {} : { valueFrom: variable.text('value') }),
        };
      }),
      webhook: false,
      projectVisibility: view.text('project_visibility'),
      Tags: view.tags(),
    };
    drafts.put('aws.codebuild-project', arn, data, view.locator, [name]);
  }),
  aws_glue_job: mapping('aws.glue-job', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    const script = view.block('command').text('script_location');
    drafts.put(
      'aws.glue-job',
      arn,
      { Arn: arn, Name: name, Role: view.text('role_arn'), ScriptLocation: script, Tags: view.tags() },
      view.locator,
    );
  }),
  aws_glue_dev_endpoint: mapping('aws.glue-dev-endpoint', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    const data = {
      Arn: arn,
      EndpointName: name,
      RoleArn: view.text('role_arn'),
      PublicAddress: view.text('public_address'),
    };
    drafts.put('aws.glue-dev-endpoint', arn, data, view.locator);
  }),
  aws_cloudformation_stack: mapping('aws.stack', (view, drafts) => {
    const arn = view.text('arn') ?? view.text('id');
    if (arn?.startsWith('arn:') !== true) return;
    const data = {
      StackId: arn,
      StackName: view.text('name'),
      RoleARN: view.text('iam_role_arn'),
      Capabilities: view.texts('capabilities'),
      Tags: view.tags(),
    };
    drafts.put('aws.stack', arn, data, view.locator);
  }),
};

/** What the provider itself adds to the policy of a function whose URL asks for no signature. */
function publicUrl(functionArn: unknown): object {
  return {
    Sid: 'FunctionURLAllowPublicAccess',
    Effect: 'Allow',
    Principal: '*',
    Action: 'lambda:InvokeFunctionUrl',
    Resource: functionArn,
    Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
  };
}

function addStatement(found: Record<string, unknown>, statement: object): void {
  const policy = found.Policy as { Statement?: unknown[] } | undefined;
  found.Policy = { Version: '2012-10-17', Statement: [...(policy?.Statement ?? []), statement] };
}

export const workloadAdditions: Mappings = {
  aws_lambda_function_url: mapping('aws.function', (view, drafts) => {
    const found = drafts.find('aws.function', view.text('function_name'));
    if (found === undefined) return;
    found.UrlAuthType = view.text('authorization_type');
    if (found.UrlAuthType === 'NONE') addStatement(found, publicUrl(found.FunctionArn));
  }),
  aws_lambda_permission: mapping('aws.function', (view, drafts) => {
    const found = drafts.find('aws.function', view.text('function_name'));
    if (found === undefined) return;
    const principal = view.text('principal') ?? '';
    const service = principal.includes('.amazonaws.com');
    const condition: Record<string, unknown> = {};
    const [source, account, urlAuth] = [
      view.text('source_arn'),
      view.text('source_account'),
      view.text('function_url_auth_type'),
    ];
    if (source !== undefined) condition.ArnLike = { 'AWS:SourceArn': source };
    const equals = {
      ...(account === undefined ? {} : { 'AWS:SourceAccount': account }),
      ...(urlAuth === undefined ? {} : { 'lambda:FunctionUrlAuthType': urlAuth }),
    };
    if (Object.keys(equals).length > 0) condition.StringEquals = equals;
    const statement = {
      Sid: view.text('statement_id') ?? view.address,
      Effect: 'Allow',
      Principal: principal === '*' ? '*' : service ? { Service: principal } : { AWS: principal },
      Action: view.text('action'),
      Resource: found.FunctionArn,
      ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
    };
    addStatement(found, statement);
  }),
  aws_codebuild_webhook: mapping('aws.codebuild-project', (view, drafts) => {
    const project = drafts.find('aws.codebuild-project', view.text('project_name'));
    if (project !== undefined) project.webhook = true;
  }),
};
