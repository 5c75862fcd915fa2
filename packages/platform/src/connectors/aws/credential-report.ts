/**
 * The credential report: who has a password, which access keys are active and when they were used. It names keys by number
 * and not by id. Format: IAM user guide, "Getting credential reports for your AWS account".
 */
import { csvRows } from './csv.ts';

export interface ReportedUser {
  readonly Arn: string;
  readonly LoginProfile: boolean | undefined;
  readonly PasswordLastUsed: string | undefined;
  readonly AccessKeys: readonly {
    readonly AccessKeyId: string;
    readonly Status: string;
    readonly CreateDate: string | undefined;
    readonly LastUsedDate: string | undefined;
    readonly LastUsedService: string | undefined;
  }[];
}

/** `N/A`, `no_information`, `not_supported` and the like are no values. */
const nothing = new Set(['', 'N/A', 'n/a', 'no_information', 'not_supported']);

/** Whether text is a credential report by its first line. */
export function isCredentialReport(source: string): boolean {
  return source.replace(/^\uFEFF/, '').startsWith('user,arn,user_creation_time,');
}

/** The users of a report; a key that was deleted long ago (no rotation date, not active) is none. */
export function readCredentialReport(source: string): readonly ReportedUser[] {
  const [head = [], ...rows] = csvRows(source.replace(/^\uFEFF/, ''));
  return rows.map((row) => {
    const value = (name: string) => {
      const text = row[head.indexOf(name)];
      return text === undefined || nothing.has(text) ? undefined : text;
    };
    const enabled = value('password_enabled');
    return {
      Arn: value('arn') ?? '',
      LoginProfile: enabled === undefined ? undefined : enabled === 'true',
      PasswordLastUsed: value('password_last_used'),
      AccessKeys: ['1', '2'].flatMap((number) => {
        const active = value(`access_key_${number}_active`) === 'true';
        const rotated = value(`access_key_${number}_last_rotated`);
        if (!active && rotated === undefined) return [];
        return [
          {
            AccessKeyId: `access_key_${number}`,
            Status: active ? 'Active' : 'Inactive',
            CreateDate: rotated,
            LastUsedDate: value(`access_key_${number}_last_used_date`),
            LastUsedService: row[head.indexOf(`access_key_${number}_last_used_service`)],
          },
        ];
      }),
    };
  });
}
