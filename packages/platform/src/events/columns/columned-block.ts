/** Some thousand events that follow each other, as a hunt meets them where they have columns, wherever they are kept. */
import type { KeptEvent } from '../kept-event.ts';
import type { FormColumns } from './block-columns.ts';
import type { Column } from './column.ts';

export interface ColumnedBlock {
  readonly form: FormColumns;
  /** Of those paths that were asked for. */
  raw(path: string): Column | undefined;
  readonly reader: EventReader;
}

export interface EventReader {
  /**
   * The events at these places, by their number; one that is not there any more is left out.
   *
   * @param part `form` where nobody looks at them as they came
   */
  read(
    wanted: readonly { readonly block: ColumnedBlock; readonly place: number }[],
    part: 'form' | 'whole',
  ): Promise<ReadonlyMap<number, KeptEvent>>;
}
