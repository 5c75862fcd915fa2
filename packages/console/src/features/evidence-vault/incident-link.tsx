import { Link } from '@tanstack/react-router';

/** To the log of the incident for which something was taken. */
export function IncidentLink({ id }: { readonly id: string }) {
  return (
    <Link to="/incidents/$incidentId/evidence" params={{ incidentId: id }}>
      <code>{id}</code>
    </Link>
  );
}
