/**
 * Basic accessibility checks that run inside of a page. They find what is surely wrong (WCAG 2.2: 1.1.1, 1.4.3, 2.4.3,
 * 4.1.2); that a page is good to use they cannot say.
 */

/** Controls without a name, images without a text, duplicate ids, positive tab indexes, missing landmarks. */
export function namesMissing(): string[] {
  const found: string[] = [];
  const text = (id: string) => document.getElementById(id)?.textContent?.trim() ?? '';
  const nameOf = (element: Element): string =>
    element.getAttribute('aria-label') ??
    element.getAttribute('aria-labelledby')?.split(' ').map(text).join(' ') ??
    (element instanceof HTMLInputElement ||
    element instanceof HTMLTextAreaElement ||
    element instanceof HTMLSelectElement
      ? [...(element.labels ?? [])].map((label) => label.textContent).join(' ')
      : `${element.textContent}${[...element.querySelectorAll('img')].map((image) => image.alt).join('')}`);
  const shown = (element: Element) =>
    element.checkVisibility() &&
    element.closest('[aria-hidden="true"]') === null &&
    element.getAttribute('type') !== 'hidden';
  const outline = (element: Element) => element.outerHTML.slice(0, 140);
  for (const element of document.querySelectorAll(
    'a[href], button, input, select, textarea, [role="button"], [role="tab"]',
  )) {
    if (shown(element) && nameOf(element).trim() === '') found.push(`no name: ${outline(element)}`);
  }
  for (const image of document.querySelectorAll('img'))
    if (!image.hasAttribute('alt')) found.push(`no alt: ${outline(image)}`);
  for (const element of document.querySelectorAll('[tabindex]')) {
    if (Number(element.getAttribute('tabindex')) > 0) found.push(`tab order: ${outline(element)}`);
  }
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) found.push(`id twice: ${id}`);
  if (document.querySelectorAll('main').length !== 1) found.push('not one main');
  if (document.querySelectorAll('h1').length !== 1) found.push(`${document.querySelectorAll('h1').length} h1`);
  if (document.documentElement.lang === '') found.push('no language');
  if (document.title === '') found.push('no title');
  return found;
}

/** Texts whose contrast with what is behind them is below AA: 4.5, or 3 for large text. Disabled controls are exempt. */
export function contrastTooLow(): string[] {
  type Colour = [number, number, number, number];
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (canvas === null) throw new Error('no canvas');
  const parse = (css: string): Colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top: Colour, below: Colour): Colour => {
    const mix = (i: 0 | 1 | 2) => top[i] * top[3] + below[i] * (1 - top[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const behind = (element: Element | null): Colour => {
    if (element === null) return [255, 255, 255, 1];
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(element.parentElement));
  };
  const light = ([r, g, b]: Colour) => {
    const part = (v: number) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const found: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (
      element === null ||
      text === '' ||
      !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    )
      continue;
    if (element.closest('[disabled], [data-disabled], noscript, script, style') !== null) continue;
    const style = getComputedStyle(element);
    const background = behind(element);
    const ink = over(parse(style.color), background);
    const [high, low] = [light(ink), light(background)].sort((a, b) => b - a);
    const ratio = ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5))
      found.push(`${ratio.toFixed(2)} "${text.slice(0, 40)}" ${style.color} on ${background.map(Math.round)}`);
  }
  return found;
}

/** Sum of unexpected layout shifts since the page began. Needs `watchShifts` to have run before. */
export function shifts(): number {
  return (window as unknown as { shifted: number }).shifted;
}

export function watchShifts(): void {
  const world = window as unknown as { shifted: number };
  world.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
      if (!entry.hadRecentInput) world.shifted += entry.value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

/** Brings what is changing its colour or place to the end of it. */
export function endTransitions(): void {
  for (const animation of document.getAnimations()) if (animation instanceof CSSTransition) animation.finish();
}

/** Whether the focused element shows that it is focused. */
export function focusShows(): { what: string; shows: boolean } {
  const element = document.activeElement;
  if (element === null || element === document.body) return { what: 'nothing', shows: false };
  const style = getComputedStyle(element);
  const rings = (s: CSSStyleDeclaration) =>
    (s.outlineStyle !== 'none' && Number.parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none';
  const parent = element.parentElement;
  // A text field shows it by its border.
  const shows = rings(style) || element.matches('input') || (parent !== null && rings(getComputedStyle(parent)));
  return { what: element.outerHTML.slice(0, 100), shows };
}

interface ConsoleRouter {
  readonly state: { readonly matches: readonly { readonly routeId: string }[] };
  readonly routesById: Readonly<Record<string, { readonly children?: readonly unknown[] | Readonly<object> }>>;
}

/** Ids of the routes that make the page that is shown, from the router of the console itself. */
export function routesShown(): string[] {
  // The router puts itself there for its own tools.
  const { __TSR_ROUTER__: router } = window as unknown as { __TSR_ROUTER__: ConsoleRouter };
  return router.state.matches.map(({ routeId }) => routeId);
}

/** Ids of all routes of the console that are a page, and not only the frame or the address of others. */
export function routesOfPages(): string[] {
  const { __TSR_ROUTER__: router } = window as unknown as { __TSR_ROUTER__: ConsoleRouter };
  return Object.entries(router.routesById).flatMap(([id, { children }]) => (children === undefined ? [id] : []));
}
