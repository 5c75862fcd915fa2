import { Link } from '@tanstack/react-router';
import { SubNav } from '../../ui/sub-nav.tsx';

const pages = [
  { to: '/incidents/$incidentId/plan', title: 'Steps' },
  { to: '/incidents/$incidentId/plan/options', title: 'Options' },
  { to: '/incidents/$incidentId/plan/race', title: 'Race' },
] as const;

/** The plan itself, what else could be done, and how it fares against the attacker. */
export function PlanNav({ incidentId }: { readonly incidentId: string }) {
  return (
    <SubNav label="Parts of the plan">
      {pages.map(({ to, title }) => (
        <Link
          key={to}
          to={to}
          params={{ incidentId }}
          activeOptions={{ exact: true, includeSearch: false }}
          activeProps={{ 'aria-current': 'page' }}
          resetScroll={false}
        >
          {title}
        </Link>
      ))}
    </SubNav>
  );
}
