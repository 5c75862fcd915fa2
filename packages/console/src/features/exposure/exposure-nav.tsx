import { Link } from '@tanstack/react-router';
import { SubNav } from '../../ui/sub-nav.tsx';

export function ExposureNav() {
  return (
    <SubNav label="Exposure">
      <Link
        to="/exposure"
        activeOptions={{ exact: true, includeSearch: false }}
        activeProps={{ 'aria-current': 'page' }}
      >
        Matrix
      </Link>
      <Link to="/exposure/what-if" activeOptions={{ includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
        What if
      </Link>
    </SubNav>
  );
}
