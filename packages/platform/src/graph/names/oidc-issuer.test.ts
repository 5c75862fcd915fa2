import { expect, test } from 'vitest';
import { oidcIssuerId } from './oidc-issuer.ts';

test.each([
  ['https://token.actions.githubusercontent.com', 'token.actions.githubusercontent.com'],
  ['Token.Actions.githubusercontent.com/', 'token.actions.githubusercontent.com'],
  ['https://oidc.eks.eu-west-1.amazonaws.com/id/ABC', 'oidc.eks.eu-west-1.amazonaws.com/id/ABC'],
  ['accounts.google.com', 'accounts.google.com'],
])('%s', (url, issuer) => expect(oidcIssuerId(url)).toBe(`oidc:Issuer/${issuer}`));
