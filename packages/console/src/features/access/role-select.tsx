import { type Role, roleSchema, roles } from '@firebreak/contract/incident';
import { Select } from '@mantine/core';

const can: Readonly<Record<Role, string>> = {
  viewer: 'sees everything, changes nothing',
  responder: 'works incidents and makes plans',
  approver: 'approves and undoes plans',
  admin: 'manages access',
};

interface RoleSelectProps {
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}

export function RoleSelect({ value, onChange }: RoleSelectProps) {
  return (
    <Select
      label="Role"
      data={roles}
      value={value}
      onChange={(chosen) => {
        const role = roleSchema.safeParse(chosen);
        if (role.success) onChange(role.data);
      }}
      allowDeselect={false}
      renderOption={({ option }) => {
        const role = roleSchema.safeParse(option.value);
        return (
          <div>
            <div>{option.label}</div>
            <div className="fb-quiet">{role.success ? can[role.data] : ''}</div>
          </div>
        );
      }}
      comboboxProps={{ width: 260, position: 'bottom-start' }}
    />
  );
}
