/**
 * What allows one step to begin: once enough people approved it, a capability is minted, and the worker that begins the step
 * uses it up. So that whoever can write to the database and no more (a stolen password of PostgreSQL, an injected statement)
 * cannot make a worker do anything that nobody approved, the capability is authenticated under a key that is only in the data
 * directory.
 *
 * What must stay true:
 *
 * - It is bound to the incident, the execution, the plan by its digest, the row of work, and the whole content of the step:
 *   neither another lever nor another parameter fits.
 * - It is used once: it is marked used in the transaction that writes down the intent to send, and not before. A worker that
 *   takes a dead one's step over finds it used and an attempt written down, both or neither. Used without an attempt is a
 *   row that somebody set back: a replay. An attempt without use is a row that somebody made.
 * - It ends when the oldest of its approvals does.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ErrorCode, PlanStep } from '@firebreak/contract';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { sha256Hex } from '../../kernel/digest.ts';

/** What a capability speaks for. */
export interface Bound {
  /** Random, so that no two are alike. */
  readonly nonce: string;
  readonly incident: string;
  readonly execution: string;
  readonly planDigest: string;
  /** Id of the row of work. */
  readonly row: string;
  /** SHA-256 of the canonical JSON of the plan's step, hex. */
  readonly content: string;
  /** RFC 3339 UTC with milliseconds. */
  readonly expiresAt: string;
}

export interface Capability extends Bound {
  /** HMAC-SHA256, hex. */
  readonly mac: string;
}

export type BoundTo = Omit<Bound, 'nonce' | 'content' | 'expiresAt'>;

export interface CapabilityKey {
  mint(to: BoundTo, step: PlanStep, expiresAt: Date): Capability;
  /** Whether it was minted under this key exactly as it is. */
  isGenuine(capability: Capability): boolean;
}

/** @param key 32 secret bytes */
export function capabilityKey(key: Uint8Array): CapabilityKey {
  const macOf = ({ nonce, incident, execution, planDigest, row, content, expiresAt }: Bound): Buffer =>
    createHmac('sha256', key)
      .update(
        canonicalJson(['firebreak-capability/1', nonce, incident, execution, planDigest, row, content, expiresAt]),
      )
      .digest();
  return {
    mint(to, step, expiresAt) {
      const nonce = randomBytes(16).toString('hex');
      const bound = { nonce, ...to, content: contentOf(step), expiresAt: expiresAt.toISOString() };
      return { ...bound, mac: macOf(bound).toString('hex') };
    },
    isGenuine(capability) {
      // Decoding hex stops without a word at what is none.
      if (!/^[0-9a-f]{64}$/.test(capability.mac)) return false;
      const given = Buffer.from(capability.mac, 'hex');
      const wanted = macOf(capability);
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
  };
}

function contentOf(step: PlanStep): string {
  return sha256Hex(Buffer.from(canonicalJson(step)));
}

/** What a worker has before it begins, or goes on with, a step. */
export interface Presented {
  readonly to: BoundTo;
  readonly step: PlanStep;
  /** Attempts that are written down. */
  readonly attempt: number;
  readonly capability: Capability | null;
  /** Whether it was used, by this row of work. */
  readonly used: boolean;
  readonly now: Date;
}

export type Admission =
  | { readonly is: 'admitted' }
  /** Nothing is wrong but the time: the step waits for approval again. */
  | { readonly is: 'expired'; readonly why: string }
  | { readonly is: 'refused'; readonly code: ErrorCode; readonly why: string };

/** Whether the step may begin, or go on. */
export function admission(key: CapabilityKey, { to, step, attempt, capability, used, now }: Presented): Admission {
  if (capability === null) return refused('Nobody approved it: there is no capability for it.');
  if (!key.isGenuine(capability)) return refused('Its capability was not made by this Firebreak.');
  const other = (['incident', 'execution', 'planDigest', 'row'] as const).find((part) => capability[part] !== to[part]);
  if (other !== undefined) return refused(`Its capability is for another ${words[other]}.`);
  if (capability.content !== contentOf(step)) return refused('The step is not the one that was approved.');
  if (attempt > 0)
    return used ? { is: 'admitted' } : refused('An attempt is written down that no capability was used for.');
  if (used)
    return {
      is: 'refused',
      code: 'FB-CAPABILITY-USED',
      why: 'Its capability was used, and the step is to begin anew.',
    };
  if (new Date(capability.expiresAt) <= now)
    return { is: 'expired', why: `Its approval counted until ${capability.expiresAt}.` };
  return { is: 'admitted' };
}

const words = { incident: 'incident', execution: 'execution', planDigest: 'plan', row: 'step' } as const;

function refused(why: string): Admission {
  return { is: 'refused', code: 'FB-CAPABILITY-INVALID', why };
}
