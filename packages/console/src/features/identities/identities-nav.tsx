import { Link } from '@tanstack/react-router';
import { SubNav } from '../../ui/sub-nav.tsx';

export function IdentitiesNav() {
  return (
    <SubNav label="Identities">
      <Link
        to="/identities"
        activeOptions={{ exact: true, includeSearch: false }}
        activeProps={{ 'aria-current': 'page' }}
      >
        Machine identities
      </Link>
      <Link to="/identities/ai-tools" activeOptions={{ includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
        AI tools
      </Link>
    </SubNav>
  );
}
