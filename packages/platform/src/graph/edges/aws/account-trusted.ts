import { accountAdminId, accountOfArn, type DerivedEdge, type EdgeRule, type Estate } from '@firebreak/contract';
import { holdersOf } from '../../aws/holders.ts';
import { denyAccount } from '../../aws/levers.ts';
import { policyOf } from '../../aws/policy/document.ts';
import { no, yes } from '../../aws/policy/truth.ts';
import { trusts } from '../../aws/trust.ts';

/** Whoever holds a whole account may let any of its identities do what a role elsewhere lets the account do. */
export default {
  label: 'ACCOUNT_TRUSTED',
  from: ['Privilege'],
  to: ['Role'],
  needs: ['aws.role'],
  techniques: ['T1199', 'T1548.005'],
  traverse: 'seconds',
  explain: {
    what: 'Takes a role of another account.',
    why: 'The role trusts the whole account, and whoever holds it decides which of its identities may go.',
    cut: 'Name single identities in the role’s trust policy, and demand an external id or tags.',
  },
  severedBy: ['aws.cut-trust'],
  levers: denyAccount,
  *derive(estate: Estate): Generator<DerivedEdge> {
    const ours = new Set([...holdersOf(estate).values()].map(({ account }) => account));
    for (const role of estate.all('aws.role')) {
      const home = accountOfArn(role.data.Arn);
      const named = new Set(
        policyOf(role.data.AssumeRolePolicyDocument).statements.flatMap(({ principals }) =>
          (principals?.byType.get('AWS') ?? []).map((written) =>
            written.endsWith(':root') ? accountOfArn(written) : written,
          ),
        ),
      );
      for (const account of named) {
        if (account === undefined || account === home || !ours.has(account)) continue;
        const trusted = trusts(
          role,
          'sts:AssumeRole',
          new Map([['aws:principalaccount', { kind: 'values', values: [account] }]]),
          ({ principals }) =>
            (principals?.byType.get('AWS') ?? []).some(
              (written) => written === account || written.endsWith(`:${account}:root`),
            )
              ? yes
              : no,
        );
        if (trusted === undefined) continue;
        const dependent = trusted.decision === 'depends';
        yield {
          from: accountAdminId(account),
          to: role.id,
          facts: trusted.facts,
          ...(dependent ? { likelihood: 0.5, note: `depends on ${trusted.keys.join(', ')}` } : {}),
        };
      }
    }
  },
} satisfies EdgeRule;
