import type { Role } from '@firebreak/contract/incident';
import { Select } from '@mantine/core';

const can: Readonly<Record<Role, string>> = {
  sensor: 'sends events, reads nothing',
  viewer: 'sees everything, changes nothing',
  responder: 'works incidents and makes plans',
  approver: 'approves and undoes plans',
  admin: 'manages access',
};

interface RoleSelectProps<R extends Role> {
  readonly among: readonly R[];
  readonly value: R;
  readonly onChange: (role: R) => void;
}

export function RoleSelect<R extends Role>({ among, value, onChange }: RoleSelectProps<R>) {
  const named = (text: string | null) => among.find((each) => each === text);
  return (
    <Select
      label="Role"
      data={among}
      value={value}
      onChange={(chosen) => {
        const role = named(chosen);
        if (role !== undefined) onChange(role);
      }}
      allowDeselect={false}
      renderOption={({ option }) => {
        const role = named(option.value);
        return (
          <div>
            <div>{option.label}</div>
            <div className="fb-quiet">{role === undefined ? '' : can[role]}</div>
          </div>
        );
      }}
      comboboxProps={{ width: 260, position: 'bottom-start' }}
    />
  );
}
