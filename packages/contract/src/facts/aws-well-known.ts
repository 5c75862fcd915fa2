/**
 * Documents of AWS's own policies that everybody attaches and few sources carry: an account read without them would show its
 * administrators as nobody. Only those whose text is short and has not changed in years.
 */
import type { AwsPolicyDocument } from './aws.ts';

function allow(statement: Readonly<Record<string, unknown>>): AwsPolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Resource: '*', ...statement }] };
}

const documents: Readonly<Record<string, AwsPolicyDocument>> = {
  AdministratorAccess: allow({ Action: '*' }),
  IAMFullAccess: allow({
    Action: [
      'iam:*',
      'organizations:DescribeAccount',
      'organizations:DescribeOrganization',
      'organizations:ListChildren',
    ],
  }),
  AmazonS3FullAccess: allow({ Action: ['s3:*', 's3-object-lambda:*'] }),
  AWSLambda_FullAccess: allow({
    Action: ['lambda:*', 'logs:DescribeLogGroups', 'states:DescribeStateMachine', 'states:ListStateMachines'],
  }),
  AmazonSSMManagedInstanceCore: allow({
    Action: [
      'ssm:UpdateInstanceInformation',
      'ssmmessages:*',
      'ec2messages:*',
      'ssm:GetParameter',
      'ssm:GetParameters',
    ],
  }),
  'service-role/AWSLambdaBasicExecutionRole': allow({
    Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
  }),
};

/** By ARN, of the commercial partition. */
export const awsWellKnownPolicies: Readonly<Record<string, AwsPolicyDocument>> = Object.fromEntries(
  Object.entries(documents).map(([name, document]) => [`arn:aws:iam::aws:policy/${name}`, document]),
);
