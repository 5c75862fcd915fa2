/** Parameters that every action has: the account by its digits, and the thing by its whole ARN, which must be of that account. */
import { awsArn } from '@firebreak/contract';
import { z } from 'zod';
import { isOfAccount } from './desk.ts';

export const accountParam = z.string().regex(/^\d{12}$/, 'not an account id');

/** @param pattern of the ARN; linear, and anchored by itself */
export function arnParam(pattern: RegExp, what: string) {
  return awsArn.regex(pattern, `not the ARN of ${what}`);
}

/** For `.refine`. */
export const ownArn = [isOfAccount, 'the ARN is of another account'] as const;

export const userArn = /^arn:[^:]+:iam::\d{12}:user\/[\w+=,.@/-]+$/;
export const roleArn = /^arn:[^:]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;
export const identityArn = /^arn:[^:]+:iam::\d{12}:(user|role)\/[\w+=,.@/-]+$/;
export const holderArn = /^arn:[^:]+:iam::\d{12}:(user|role|group)\/[\w+=,.@/-]+$/;
export const policyArn = /^arn:[^:]+:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/;
