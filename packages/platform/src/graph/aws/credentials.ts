/** Long-lived credentials of users: access keys and console passwords. */
import { accountOfArn, type Estate, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { isoTime } from './time.ts';

export interface UserCredential {
  readonly id: NodeId;
  readonly kind: 'AccessKey' | 'LoginProfile';
  readonly name: string;
  readonly user: NodeId;
  readonly account: string;
  readonly usable: boolean;
  readonly created: string | undefined;
  readonly lastUsed: string | undefined;
  readonly service: string | undefined;
}

/** The node of an access key: by its id where it was told, which is unique over all of AWS; else by user and number. */
function accessKeyId(key: string, userArn: string): NodeId {
  return /^A(KIA|SIA)[A-Z0-9]{12,}$/.test(key) ? `aws:AccessKey/${key}` : `aws:AccessKey/${userArn}/${key}`;
}

/** What AWS writes for a key that was never used; where nobody told of use there is nothing. */
const unused = 'N/A';

export const credentialsOf: (estate: Estate) => readonly UserCredential[] = perEstate((estate) =>
  estate.all('aws.user').flatMap(({ id, data }): UserCredential[] => {
    const account = accountOfArn(data.Arn) ?? '';
    const keys = data.AccessKeys.map(
      (key): UserCredential => ({
        id: accessKeyId(key.AccessKeyId, data.Arn),
        kind: 'AccessKey',
        name: `${key.AccessKeyId} of ${data.UserName}`,
        user: id,
        account,
        usable: key.Status === 'Active',
        created: isoTime(key.CreateDate),
        lastUsed: isoTime(key.LastUsedDate) ?? (key.LastUsedService === unused ? 'never' : undefined),
        service: key.LastUsedService === unused ? undefined : key.LastUsedService,
      }),
    );
    const hasPassword = data.LoginProfile === true || data.PasswordLastUsed !== undefined;
    if (!hasPassword) return keys;
    const password: UserCredential = {
      id: `aws:LoginProfile/${data.Arn}`,
      kind: 'LoginProfile',
      name: `password of ${data.UserName}`,
      user: id,
      account,
      usable: data.LoginProfile !== false,
      created: undefined,
      lastUsed: isoTime(data.PasswordLastUsed),
      service: undefined,
    };
    return [...keys, password];
  }),
);
