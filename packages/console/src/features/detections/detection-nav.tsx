import { Link } from '@tanstack/react-router';
import { SubNav } from '../../ui/sub-nav.tsx';

const pages = [
  { to: '/detection', title: 'Detections' },
  { to: '/detection/hunt', title: 'Hunting' },
  { to: '/detection/quality', title: 'Detector quality' },
  { to: '/detection/telemetry', title: 'Model telemetry' },
  { to: '/detection/intake', title: 'Intake' },
  { to: '/detection/rotation', title: 'Rotation' },
  { to: '/detection/suppressions', title: 'Suppressions' },
] as const;

export function DetectionNav() {
  return (
    <SubNav label="Detection">
      {pages.map(({ to, title }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: true, includeSearch: false }}
          activeProps={{ 'aria-current': 'page' }}
        >
          {title}
        </Link>
      ))}
    </SubNav>
  );
}
