import { ActionIcon, Menu, Tooltip, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import {
  IconChevronDown,
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconPlugConnectedX,
  IconSun,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../data/client.ts';
import type { Liveness } from '../data/live.ts';
import { sessionQuery } from '../data/queries.ts';
import { may, usePrincipal } from '../data/session.ts';
import mark from './firebreak.svg';
import classes from './top-bar.module.css';

const pages = [
  { to: '/incidents', title: 'Incidents' },
  { to: '/detection', title: 'Detection' },
  { to: '/estate', title: 'Estate' },
  { to: '/identities', title: 'Identities' },
  { to: '/exposure', title: 'Exposure' },
  { to: '/channels', title: 'Channels' },
  { to: '/canaries', title: 'Canaries' },
  { to: '/evidence', title: 'Vault' },
  { to: '/reviews', title: 'Reviews' },
] as const;

interface TopBarProps {
  readonly liveness: Liveness;
  readonly onHelp: () => void;
}

export function TopBar({ liveness, onHelp }: TopBarProps) {
  const principal = usePrincipal();
  return (
    <header className={classes.bar}>
      <Link to="/incidents" className={classes.mark} aria-label="Firebreak, to the incidents">
        <img src={mark} width={26} height={26} alt="" />
        <span className={classes.name}>Firebreak</span>
      </Link>
      <nav className={classes.nav} aria-label="Main">
        {pages.map(({ to, title }) => (
          <Link key={to} to={to} activeOptions={{ includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
            {title}
          </Link>
        ))}
        {may(principal, 'admin') && (
          <Link to="/access" activeProps={{ 'aria-current': 'page' }}>
            Access
          </Link>
        )}
      </nav>
      <div className={classes.end}>
        <LiveSign liveness={liveness} />
        <Tooltip label="Keyboard shortcuts (?)">
          <ActionIcon
            className={classes.keys ?? ''}
            variant="subtle"
            color="gray"
            size={32}
            aria-label="Keyboard shortcuts"
            onClick={onHelp}
          >
            <IconKeyboard size={19} />
          </ActionIcon>
        </Tooltip>
        <SchemeMenu />
        <PersonMenu />
      </div>
    </header>
  );
}

function LiveSign({ liveness }: { readonly liveness: Liveness }) {
  return (
    <span className={classes.live} data-liveness={liveness} role="status">
      {liveness === 'lost' ? (
        <IconPlugConnectedX size={16} aria-hidden />
      ) : (
        <span className={classes.dot} aria-hidden />
      )}
      <span className={classes.liveWord}>
        {liveness === 'live' ? 'Live' : liveness === 'connecting' ? 'Connecting' : 'Not live: asking every few seconds'}
      </span>
    </span>
  );
}

const schemes = [
  { scheme: 'auto', label: 'As the system', Icon: IconDeviceDesktop },
  { scheme: 'light', label: 'Light', Icon: IconSun },
  { scheme: 'dark', label: 'Dark', Icon: IconMoon },
] as const;

function SchemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { Icon: Current } = schemes.find(({ scheme }) => scheme === colorScheme) ?? schemes[0];
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={32} aria-label="Colours">
          <Current size={19} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map(({ scheme, label, Icon }) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={scheme === colorScheme}
            leftSection={<Icon size={16} />}
            onClick={() => setColorScheme(scheme)}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function PersonMenu() {
  const principal = usePrincipal();
  const client = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => call('signOut', {}),
    onSuccess: () => {
      client.clear();
      client.setQueryData(sessionQuery.queryKey, null);
    },
  });
  if (principal === null) return null;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <UnstyledButton className={classes.person}>
          <span className={classes.personName}>{principal.name}</span>
          <span className={classes.personRole}>{principal.role}</span>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
