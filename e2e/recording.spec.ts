/** A live run is recorded on real threads and taken again in the simulator, step by step. */
import type { ActorView } from '../src/kernel/view.ts';
import { expect, type RemotePlayhouse, test } from './fixtures.ts';

const CRASHED = '/shop/payments/service';
/** Beyond the end of any recording of a test. */
const END_MS = 1_000_000_000;

function numbersOf(actors: readonly ActorView[]) {
  const numbers = actors.map(({ path, worker, ...actor }: ActorView) => {
    const { status, processed, failures, restarts, deadLetters, rejected, mailboxDepth } = actor;
    return [path, { worker, status, processed, failures, restarts, deadLetters, rejected, mailboxDepth }] as const;
  });
  return Object.fromEntries(numbers.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function recordCrash(playhouse: RemotePlayhouse) {
  await playhouse.record();
  await playhouse.idle();
  const turns = async (): Promise<number> => (await playhouse.recording())?.turns ?? 0;
  const restarts = async (): Promise<number> =>
    (await playhouse.actors()).find(({ path }) => path === CRASHED)?.restarts ?? 0;
  await expect.poll(turns).toBeGreaterThan(1_000);
  await playhouse.inject({ kind: 'set-parameter', name: 'rate', value: 300 });
  await playhouse.inject({ kind: 'crash', path: CRASHED, error: 'on real threads' });
  await expect.poll(restarts).toBeGreaterThan(0);
  const atCrash = await turns();
  await expect.poll(turns).toBeGreaterThan(atCrash + 1_000);
  // Nobody has a turn from here on, so what the live run shows is what was recorded.
  await playhouse.pause();
  await playhouse.idle();
  await expect.poll(async () => (await playhouse.recording())?.end).toBeUndefined();
  return { turns: await turns(), actors: numbersOf(await playhouse.actors()) };
}

test('a failure on real threads is stepped through in the simulator, with the same numbers of every actor at its end', async ({
  page,
  playhouse,
}) => {
  await page.goto('/');
  await playhouse.idle();
  const live = await recordCrash(playhouse);
  const states = await Promise.all(Object.keys(live.actors).map((path) => playhouse.state(path)));

  await playhouse.replay();
  await playhouse.idle();
  expect(await playhouse.mode()).toBe('simulated');
  expect(await playhouse.replayed()).toEqual({ turns: live.turns, taken: 0, isFollowing: true });
  await expect(page.getByTestId('replayed')).toContainText('turns');

  await playhouse.runUntil({ until: 'failure', path: CRASHED });
  expect((await playhouse.stopped())?.because).toBe('until');
  const { step } = await playhouse.position();
  const failed = (await playhouse.trace()).find((event) => event.type === 'failed' && event.path === CRASHED);
  expect(failed).toMatchObject({ error: 'on real threads', step });
  const why = await playhouse.why(step);
  expect(why.at(-1)?.step).toBe(step);
  await playhouse.step(-3);
  await playhouse.step(3);
  expect((await playhouse.position()).step).toBe(step);

  await playhouse.runUntil({ until: 'time', atMs: END_MS });
  expect(await playhouse.stopped()).toMatchObject({ because: 'over', text: 'The recording ends here.' });
  expect(await playhouse.replayed()).toEqual({ turns: live.turns, taken: live.turns, isFollowing: true });
  expect(numbersOf(await playhouse.actors())).toEqual(live.actors);
  expect(await Promise.all(Object.keys(live.actors).map((path) => playhouse.state(path)))).toEqual(states);

  // Something else is done: another branch, and the recording is still there.
  await playhouse.seek(step - 1);
  await playhouse.inject({ kind: 'crash', path: '/shop/gateway' });
  expect((await playhouse.branches()).length).toBe(2);
  expect((await playhouse.replayed())?.isFollowing).toBe(false);
  await playhouse.step(200);
  expect((await playhouse.position()).step).toBe(step + 200);
  await playhouse.switchBranch(0, step);
  expect((await playhouse.replayed())?.isFollowing).toBe(true);
});

test('a recording ends with the loss of a worker, the run goes on, and what came before is replayed', async ({
  page,
  playhouse,
}) => {
  await page.goto('/');
  await playhouse.idle();
  await playhouse.record();
  await expect.poll(async () => (await playhouse.recording())?.turns).toBeGreaterThan(500);
  await playhouse.inject({ kind: 'kill-worker', worker: 1 });
  expect((await playhouse.recording())?.end).toBe('worker-lost');
  const processed = async () => (await playhouse.metrics()).processed;
  const before = await processed();
  await expect.poll(async () => (await playhouse.metrics()).answeredPerSecond).toBeGreaterThan(100);
  await expect
    .poll(async () => (await playhouse.actors()).filter(({ status }) => status !== 'running').map(({ path }) => path))
    .toEqual([]);
  expect((await playhouse.actors()).length).toBe(11);
  expect(await processed()).toBeGreaterThan(before);
  await expect(page.getByTestId('recording')).toContainText('worker lost');

  await playhouse.replay();
  await playhouse.runUntil({ until: 'time', atMs: END_MS });
  const stopped = await playhouse.stopped();
  expect(stopped).toMatchObject({ because: 'over', text: expect.stringContaining('a worker was lost') });
  const replayed = await playhouse.replayed();
  expect(replayed?.taken).toBe(replayed?.turns);
});

test('a recording is begun, replayed, saved and opened at the page', async ({ page, playhouse }, info) => {
  await page.goto('/');
  await playhouse.idle();
  await page.getByTestId('record').click();
  await expect(page.getByTestId('recording')).toHaveAttribute('data-state', 'recording');
  await expect.poll(async () => (await playhouse.recording())?.turns ?? 0).toBeGreaterThan(500);
  await page.getByTestId('replay').click();
  await expect(page.getByTestId('replayed')).toBeVisible();
  await playhouse.idle();
  const replayed = await playhouse.replayed();
  await playhouse.step(400);
  const hash = await playhouse.hash();

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-recording').click()]);
  expect(download.suggestedFilename()).toMatch(/-turns\.playhouse-recording$/);
  const file = info.outputPath('run.playhouse-recording');
  await download.saveAs(file);

  // The link leads to the scenario, and says so.
  await page.getByTestId('share').click();
  await expect(page.getByTestId('share-recording')).toBeVisible();
  await page.getByTestId('file-chooser').setInputFiles(file);
  await expect.poll(() => playhouse.replayed()).toMatchObject({ turns: replayed?.turns, taken: 0 });
  await playhouse.step(400);
  expect(await playhouse.hash()).toBe(hash);
  await playhouse.setMode('live');
  await playhouse.idle();
  expect(await playhouse.recording()).toBeUndefined();
  await expect(page.getByTestId('record')).toBeVisible();
});

test('what is no recording is refused with the field', async ({ page, playhouse }) => {
  await page.goto('/');
  await playhouse.idle();
  await page.getByTestId('share').click();
  const name = 'run.playhouse-recording';
  const buffer = Buffer.from('playhouse-recording 1\n\u0002\u0000\u0000\u0000{}');
  await page.getByTestId('file-chooser').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  await expect(page.getByTestId('share-problem')).toHaveAttribute('data-code', 'link-unknown-scenario');
});
