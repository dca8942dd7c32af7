/**
 * What every browser test starts from. A test fails when anything goes wrong in the browser, expected or not: console
 * errors, uncaught exceptions and unhandled rejections of pages and of their workers.
 */
import AxeBuilder from '@axe-core/playwright';
import {
  type BrowserContext,
  test as base,
  type ConsoleMessage,
  expect,
  type Locator,
  type Page,
  type WebError,
} from '@playwright/test';
import type { PlayhousePage } from '../src/app/playhouse.ts';
import type { ActorView } from '../src/kernel/view.ts';

/** `window.playhouse` from outside the page: the same members, every one a call that resolves. */
export type RemotePlayhouse = {
  readonly [N in keyof PlayhousePage]: PlayhousePage[N] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : () => Promise<PlayhousePage[N]>;
};

interface Fixtures {
  /** Errors that a test provokes on purpose: `test.use({ expectedErrors: [/…/] })`. */
  readonly expectedErrors: readonly RegExp[];
  /** Collects errors of all pages and workers of the test; checked when it ends. */
  readonly browserErrors: string[];
  /** `window.playhouse` of the test's page. Go to the page first. */
  readonly playhouse: RemotePlayhouse;
  /** Another browser, which knows nothing of this one: closed when what it is for has ended, and watched as closely. */
  readonly inFreshBrowser: (what: (page: Page, playhouse: RemotePlayhouse) => Promise<void>) => Promise<void>;
  /** Address of a test page of e2e/pages. */
  readonly testPage: (name: 'memory' | 'live' | 'conformance' | 'storage' | 'soak' | 'bench') => string;
}

interface WorkerFixtures {
  /** One page for many short tests that leave nothing behind; a new one after each that fails. Whoever uses it looks at `errors`. */
  readonly sharedPage: { readonly page: Page; readonly errors: string[] };
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  sharedPage: [
    async ({ browser }, use) => {
      const context = await browser.newContext();
      const errors = collectErrors(context, []);
      await use({ page: await context.newPage(), errors });
      await context.close();
    },
    { scope: 'worker' },
  ],
  expectedErrors: [[], { option: true }],
  browserErrors: [
    async ({ context, expectedErrors }, use) => {
      const errors = collectErrors(context, expectedErrors);
      await use(errors);
      expect(errors, 'errors in the browser').toEqual([]);
    },
    { auto: true },
  ],
  playhouse: ({ page }, use) => use(remotePlayhouse(page)),
  inFreshBrowser: ({ browser, expectedErrors }, use) =>
    use(async (what) => {
      const context = await browser.newContext();
      try {
        const errors = collectErrors(context, expectedErrors);
        const page = await context.newPage();
        await what(page, remotePlayhouse(page));
        expect(errors, 'errors in the other browser').toEqual([]);
      } finally {
        await context.close();
      }
    }),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures it needs from this pattern.
  testPage: ({}, use) => use((name) => `${process.env['PLAYHOUSE_PAGES']}${name}.html`),
});

export { expect };

/** What goes wrong from now on, in all pages of the context and in their workers. */
function collectErrors(context: BrowserContext, expectedErrors: readonly RegExp[]): string[] {
  const errors: string[] = [];
  const record = (text: string): void => {
    // The same trouble a thousand times over, from a loop say, is shown once.
    if (errors.includes(text) || expectedErrors.some((expected) => expected.test(text))) return;
    errors.push(text);
  };
  context.on('console', (message: ConsoleMessage) => {
    if (message.type() === 'error') record(`console.error: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error: WebError) => record(`uncaught: ${error.error().stack ?? error.error().message}`));
  return errors;
}

/** An actor's node in the graph. */
export function nodeOf(page: Page, path: string): Locator {
  return page.locator(`[data-testid=actor-node][data-path="${path}"]`);
}

/** Nothing on the page stands in the way of those who cannot see it, or see it badly. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual(
    [],
  );
}

/** From now on the page gets the same files as from a server that sends no isolation headers. */
export async function serveWithoutIsolation(page: Page): Promise<void> {
  await page.route('**/*', async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers() };
    delete headers['cross-origin-opener-policy'];
    delete headers['cross-origin-embedder-policy'];
    await route.fulfill({ response, headers });
  });
}

/** An actor as it is listed now; undefined where it is not, as for a moment while its subtree is started anew. */
export async function actorAt(playhouse: RemotePlayhouse, path: string): Promise<ActorView | undefined> {
  return (await playhouse.actors()).find((actor) => actor.path === path);
}

/** For tests with more than one page. */
export function remotePlayhouse(page: Page): RemotePlayhouse {
  return new Proxy({} as RemotePlayhouse, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        page.evaluate(
          ([member, given]) => {
            const value: unknown = Reflect.get(window.playhouse, member);
            return typeof value === 'function' ? value.apply(window.playhouse, given) : value;
          },
          [String(name), args] as const,
        ),
  });
}
