import type { ReactNode } from 'react';
import classes from './fact-list.module.css';
import { ForeignText } from './foreign-text.tsx';

interface FactListProps {
  /** Name and value; what is undefined is left out. */
  readonly facts: readonly (readonly [name: string, value: ReactNode])[];
}

/** Names with values, one a line. Names may be foreign; a value that is a text is taken for foreign as well. */
export function FactList({ facts }: FactListProps) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>
              <ForeignText text={name} most={60} />
            </dt>
            <dd>{typeof value === 'string' ? <ForeignText text={value} most={300} /> : value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
