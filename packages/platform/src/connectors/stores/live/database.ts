/** Which databases are ours, and what they are called. */
import { storeName } from '@firebreak/contract';
import { openAddress } from '../../../intake/open-address.ts';

export const isDatabase = (from: string) => /^postgres(ql)?:\/\//.test(from);

/** Without user and password. */
export function addressOf(url: string): string {
  return (openAddress(url)?.address ?? '').replace(/^(postgres(?:ql)?:\/\/)[^@/]*@/, '$1');
}

/** As facts name the store. */
export function nameOf(url: string): string {
  const address = addressOf(url);
  return storeName(address) ?? address;
}
