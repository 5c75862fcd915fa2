import { type CSSVariablesResolver, createTheme, Modal } from '@mantine/core';
import modalClasses from './modal.module.css';

/**
 * Slate greys and one blue for what can be pressed. Every other colour means something (`global.css`): red is held by the
 * attacker or failed, amber is reached or not whole, violet must not be lost, green is proven.
 */
export const theme = createTheme({
  primaryColor: 'harbor',
  primaryShade: 6,
  defaultRadius: 6,
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  fontFamily:
    '-apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "Helvetica Neue", Arial, system-ui, sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", "Noto Sans Mono", "Liberation Mono", Menlo, Consolas, monospace',
  headings: { fontWeight: '650' },
  components: { Modal: Modal.extend({ classNames: modalClasses }) },
  colors: {
    harbor: [
      '#eef4fb',
      '#d9e6f6',
      '#b3cdec',
      '#8ab2e2',
      '#6499d6',
      '#3d7fcb',
      '#2261b0',
      '#1d5499',
      '#174680',
      '#103461',
    ],
    gray: [
      '#f7f8fa',
      '#eff1f4',
      '#e3e7ec',
      '#d3d9e0',
      '#b8c1cb',
      '#939eab',
      '#6b7785',
      '#4d5966',
      '#333e4a',
      '#1c2530',
    ],
    dark: [
      '#d9e0e7',
      '#b4bfca',
      '#98a5b3',
      '#6d7b8a',
      '#3a4653',
      '#2b3540',
      '#202932',
      '#171e26',
      '#10161c',
      '#0b1015',
    ],
    red: ['#fdf0f0', '#f9d9d9', '#f1b0b1', '#e98587', '#e05f62', '#d2413f', '#b8282d', '#a01f25', '#87171d', '#6b0f14'],
  },
});

/** Mantine's own surfaces and texts in our tones, so that both schemes come from `global.css` alone. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--fb-canvas)',
    '--mantine-color-text': 'var(--fb-ink)',
    '--mantine-color-dimmed': 'var(--fb-muted)',
    '--mantine-color-placeholder': 'var(--fb-muted)',
    '--mantine-color-anchor': 'var(--fb-link)',
    '--mantine-color-default-border': 'var(--fb-line-strong)',
    '--mantine-color-default': 'var(--fb-surface)',
    '--mantine-color-default-hover': 'var(--fb-hover)',
    '--mantine-color-error': 'var(--fb-danger)',
    '--mantine-color-harbor-light-color': 'var(--fb-link)',
  };
  return { variables: {}, light: shared, dark: shared };
};
