import { Radio } from '@mantine/core';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { ShortTable } from '../../ui/short-table.tsx';
import { Tag } from '../../ui/tag.tsx';
import classes from './choice-table.module.css';
import { beatenBy, type Option, optionName, points, span } from './option-words.ts';

interface ChoiceTableProps {
  readonly options: readonly Option[];
  readonly picked: string;
  readonly onPick: (name: string) => void;
}

/** The same as the chart in numbers. */
export function ChoiceTable({ options, picked, onPick }: ChoiceTableProps) {
  return (
    <ShortTable label="Options in numbers" className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Option</th>
          <th scope="col" data-numeric>
            Risk
          </th>
          <th scope="col" data-numeric>
            Outage
          </th>
          <th scope="col" data-numeric>
            Time
          </th>
          <th scope="col" data-numeric>
            Steps
          </th>
          <th scope="col">Beaten by</th>
        </tr>
      </thead>
      <tbody>
        {options.map((option) => {
          const better = beatenBy(option, options);
          return (
            <tr key={option.name} data-picked={option.name === picked}>
              <th scope="row">
                <Radio
                  name="option"
                  value={option.name}
                  checked={option.name === picked}
                  onChange={() => onPick(option.name)}
                  label={optionName(option.name)}
                  description={<ForeignText text={option.why} />}
                />
              </th>
              <td data-numeric>{points(option.risk)}</td>
              <td data-numeric>{points(option.outage)}</td>
              <td data-numeric>{span(option.seconds)}</td>
              <td data-numeric>{option.plan?.steps.length ?? '–'}</td>
              <td>{better === undefined ? <Tag tone="good">nothing</Tag> : optionName(better.name)}</td>
            </tr>
          );
        })}
      </tbody>
    </ShortTable>
  );
}
