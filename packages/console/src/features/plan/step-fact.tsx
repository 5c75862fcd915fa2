import type { ReactNode } from 'react';

/** One named fact of a step, within its list of facts. */
export function StepFact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
