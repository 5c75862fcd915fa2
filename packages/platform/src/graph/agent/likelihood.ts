/**
 * How likely a step of an agent works for somebody who steers it. Rough on purpose: they rank paths and are no measurement. A
 * person who is asked often says yes; a hint of a server is a hint.
 */
import type { Approval } from '@firebreak/contract';

const byApproval: Readonly<Record<Approval, number>> = { automatic: 1, unknown: 0.7, asked: 0.3 };
export const noteOfApproval: Readonly<Record<Approval, string>> = {
  automatic: 'runs without asking',
  unknown: 'whether it asks is not said',
  asked: 'a person is asked',
};

export function likelihoodOf(approval: Approval): number {
  return byApproval[approval];
}

/** Text that an agent reads is not always obeyed. */
export const injection = 0.5;
/** A file of configuration takes effect when somebody opens the project and trusts it. */
export const openedProject = 0.7;
/** A tool that says that it only reads uses its credential for less. */
export const readOnlyUse = 0.5;
export const toolUse = 0.8;
