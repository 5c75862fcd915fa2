import { Link } from '@tanstack/react-router';
import { SubNav } from '../../ui/sub-nav.tsx';

export function ReviewsNav() {
  return (
    <SubNav label="Reviews">
      <Link
        to="/reviews"
        activeOptions={{ exact: true, includeSearch: false }}
        activeProps={{ 'aria-current': 'page' }}
      >
        Campaigns
      </Link>
      <Link to="/reviews/privileges" activeOptions={{ includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
        Granted and used
      </Link>
      <Link to="/reviews/break-glass" activeOptions={{ includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
        Break-glass
      </Link>
    </SubNav>
  );
}
