import { ForeignText } from './foreign-text.tsx';

/** A sentence of ours or of a peer in which `backticks` mark what is typed or named. */
export function Prose({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) => (
    // Odd parts stand between backticks.
    // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
    <ForeignText key={index} text={part} mono={index % 2 === 1} />
  ));
}
