/** Colours of the drawing, read from the style sheet so that they are said in one place (`app/global.css`). */
export interface Palette {
  readonly roles: Readonly<Record<'compromised' | 'reached' | 'jewel' | 'safe', string>>;
  readonly edge: string;
  /** Among many others an edge is lighter, so that the nodes stand out. */
  readonly edgeOfMany: string;
  readonly severed: string;
  readonly selected: string;
  readonly faded: string;
  readonly ink: string;
  readonly surface: string;
  readonly line: string;
  readonly font: string;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--fb-${name}`).trim();
  return {
    roles: {
      compromised: colour('role-compromised'),
      reached: colour('role-reached'),
      jewel: colour('role-jewel'),
      safe: colour('role-safe'),
    },
    edge: colour('edge'),
    edgeOfMany: colour('edge-of-many'),
    severed: colour('edge-severed'),
    selected: colour('edge-selected'),
    faded: colour('faded'),
    ink: colour('ink'),
    surface: colour('surface'),
    line: colour('line-strong'),
    font: getComputedStyle(document.body).fontFamily,
  };
}
