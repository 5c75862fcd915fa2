import { generateIdentity, identityToRecipient } from 'age-encryption';

/** A recipient to seal for, whose identity nobody keeps. */
export async function someAgeRecipient(): Promise<string> {
  return identityToRecipient(await generateIdentity());
}
