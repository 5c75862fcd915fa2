/** What events of the Open Cybersecurity Schema Framework are told apart by, and who says them. */
import { at, field, textAt } from '../intake/foreign.ts';

/** Whether it is an event of one of these classes, by `class_uid`. */
export function isOcsf(value: unknown, classes: Readonly<Record<number, string>>): boolean {
  return (
    typeof field(value, 'class_uid') === 'number' &&
    textAt(value, 'metadata', 'version') !== undefined &&
    Object.hasOwn(classes, String(field(value, 'class_uid')))
  );
}

/** The product's name, with its maker's where it has none. Foreign text. */
export function ocsfProduct(value: unknown): string {
  const product = at(value, 'metadata', 'product');
  return textAt(product, 'name') ?? textAt(product, 'vendor_name') ?? 'a product without a name';
}
