import type { Drawing } from '@firebreak/contract/routes';

/** The shapes of the drawing, for legend and table. */
export function RoleShape({ role }: { readonly role: Drawing['nodes'][number]['role'] }) {
  const colour = `var(--fb-role-${role})`;
  return (
    <svg width={13} height={13} viewBox="0 0 14 14" aria-hidden="true">
      {role === 'reached' && <circle cx={7} cy={7} r={5} fill={colour} />}
      {role === 'jewel' && <path d="M7 0.5 13.5 7 7 13.5 0.5 7Z" fill={colour} />}
      {role === 'safe' && <circle cx={7} cy={7} r={4.5} fill="none" stroke={colour} strokeWidth={2} />}
      {role === 'compromised' && (
        <>
          <circle cx={7} cy={7} r={3.6} fill={colour} />
          <circle cx={7} cy={7} r={6} fill="none" stroke={colour} strokeWidth={1.5} />
        </>
      )}
    </svg>
  );
}
