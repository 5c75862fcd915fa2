import { ForeignText } from '../../ui/foreign-text.tsx';

/** Where the record of use comes from; without one nobody knows more than what is granted. */
export function UseRecord({ sources }: { readonly sources: readonly string[] }) {
  if (sources.length === 0) return <>No record of use was read: every use is only known to be granted.</>;
  return (
    <>
      Use is known from <ForeignText text={sources.join(', ')} most={300} />.
    </>
  );
}
