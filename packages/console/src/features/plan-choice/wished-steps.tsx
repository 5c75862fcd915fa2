import type { PlanStep } from '@firebreak/contract/plan';
import { Button } from '@mantine/core';
import { IconBan, IconPin } from '@tabler/icons-react';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Tag } from '../../ui/tag.tsx';
import { points } from './option-words.ts';
import { useWish } from './wish.ts';
import classes from './wished-steps.module.css';

interface WishedStepsProps {
  readonly label: string;
  readonly steps: readonly Pick<PlanStep, 'id' | 'ordinal' | 'title' | 'cost' | 'drastic' | 'lever'>[];
}

/** Steps with a switch each for "must be in the plan" and "must not". Pressing one plans again at once. */
export function WishedSteps({ label, steps }: WishedStepsProps) {
  const { has, toggle } = useWish();
  return (
    <ol className={classes.steps} aria-label={label}>
      {steps.map(({ id, ordinal, title, cost, drastic, lever }) => (
        <li key={id}>
          <span className={classes.ordinal}>{ordinal}</span>
          <span>
            <ForeignText text={title} most={160} /> {drastic && <Tag tone="danger">drastic</Tag>}{' '}
            <span className="fb-quiet">costs {points(cost)}</span>
          </span>
          <span className={classes.wishes}>
            <Button
              size="compact-xs"
              variant={has('pin', lever.key) ? 'filled' : 'default'}
              leftSection={<IconPin size={13} aria-hidden />}
              aria-pressed={has('pin', lever.key)}
              aria-label={`Pin: ${title}`}
              onClick={() => toggle('pin', lever.key)}
            >
              Pin
            </Button>
            <Button
              size="compact-xs"
              variant={has('forbid', lever.key) ? 'filled' : 'default'}
              leftSection={<IconBan size={13} aria-hidden />}
              aria-pressed={has('forbid', lever.key)}
              aria-label={`Forbid: ${title}`}
              onClick={() => toggle('forbid', lever.key)}
            >
              Forbid
            </Button>
          </span>
        </li>
      ))}
    </ol>
  );
}
