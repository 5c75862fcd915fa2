import { Link } from '@tanstack/react-router';
import { SubNav } from '../../ui/sub-nav.tsx';

export function EstateNav() {
  return (
    <SubNav label="Estate">
      <Link to="/estate" activeOptions={{ exact: true, includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
        Assets
      </Link>
      <Link to="/estate/sources" activeOptions={{ includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
        What was read
      </Link>
    </SubNav>
  );
}
