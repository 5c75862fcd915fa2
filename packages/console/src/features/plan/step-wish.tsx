import type { PlanStep } from '@firebreak/contract/plan';
import { Link } from '@tanstack/react-router';
import classes from './step-wish.module.css';

interface StepWishProps {
  readonly incidentId: string;
  readonly step: PlanStep;
}

/** From a step to the options that all have it, or that all do without it. */
export function StepWish({ incidentId, step: { title, lever } }: StepWishProps) {
  const options = '/incidents/$incidentId/plan/options';
  return (
    <span className={classes.wish}>
      <Link to={options} params={{ incidentId }} search={{ pin: [lever.key] }} aria-label={`Pin: ${title}`}>
        Pin
      </Link>
      <Link to={options} params={{ incidentId }} search={{ forbid: [lever.key] }} aria-label={`Plan without: ${title}`}>
        Plan without it
      </Link>
    </span>
  );
}
