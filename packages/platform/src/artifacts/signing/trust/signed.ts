import type { ModelSigner } from '@firebreak/contract';

/** A valid signature: whose, and what a reader should know. */
export interface Signed {
  readonly signer: ModelSigner;
  readonly notes: readonly string[];
}
