import type { Drawing } from '@firebreak/contract/routes';
import { type Look, Tag } from '../../ui/tag.tsx';
import { RoleShape } from './role-shape.tsx';

type Role = Drawing['nodes'][number]['role'];

/** Role words, in the order of the legend. */
export const roleWords: Readonly<Record<Role, Look>> = {
  compromised: { word: 'Compromised', tone: 'danger' },
  jewel: { word: 'Crown jewel', tone: 'jewel' },
  reached: { word: 'Reached', tone: 'warn' },
  safe: { word: 'Safe with the plan', tone: 'neutral' },
};

export function RoleTag({ role }: { readonly role: Role }) {
  const { word, tone } = roleWords[role];
  return (
    <Tag tone={tone} icon={<RoleShape role={role} />}>
      {word}
    </Tag>
  );
}
