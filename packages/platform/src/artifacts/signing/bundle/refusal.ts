import type { ErrorCode } from '@firebreak/contract';

/** Why a model is not verified. Expected endings are data: one code of the catalogue, one sentence. */
export interface Refusal {
  readonly code: Extract<ErrorCode, `FB-SIGNATURE-${string}`>;
  readonly why: string;
}

/** Either what was asked for, or why not. */
export type Judged<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export const accepted = <T>(value: T): Judged<T> => ({ ok: true, value });
export const refused = (code: Refusal['code'], why: string): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal: { code, why },
});
