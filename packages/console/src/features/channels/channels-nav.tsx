import { Link } from '@tanstack/react-router';
import { SubNav } from '../../ui/sub-nav.tsx';

export function ChannelsNav() {
  return (
    <SubNav label="Channels">
      <Link
        to="/channels"
        activeOptions={{ exact: true, includeSearch: false }}
        activeProps={{ 'aria-current': 'page' }}
      >
        Update channels
      </Link>
      <Link to="/channels/audit" activeOptions={{ includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
        Audit
      </Link>
      <Link to="/channels/artifacts" activeOptions={{ includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
        Artifacts
      </Link>
      <Link
        to="/channels/third-parties"
        activeOptions={{ includeSearch: false }}
        activeProps={{ 'aria-current': 'page' }}
      >
        Third parties
      </Link>
    </SubNav>
  );
}
