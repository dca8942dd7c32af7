/** Streams between actors on two workers: order, demand, cancelling, gaps, and either side's end. */
import { type Case, equal, holds } from './case.ts';
import {
  Breaker,
  Counter,
  counter,
  ends,
  Hall,
  noStreamsLeft,
  Reader,
  read,
  reader,
  upTo,
} from './topic-stream-actors.ts';

const base = { behaviors: [Hall, Counter, Reader, Breaker], root: Hall } as const;

export const STREAM_CASES: readonly Case[] = [
  {
    ...base,
    id: 'stream-order',
    title: 'parts come in order and without a hole, several streams at a time, each to its own end',
    async run(driver) {
      await read(driver, 'long', 500);
      await read(driver, 'short', 3);
      await read(driver, 'none', 0);
      await ends(driver, ['long: 500', 'short: 3', 'none: 0']);
      equal((await reader(driver)).heard, { long: upTo(500), short: upTo(3) }, 'parts');
      await noStreamsLeft(driver);
      holds((await counter(driver)).mostCredit <= 4, 'more credit than the window');
    },
  },
  {
    ...base,
    id: 'stream-demand',
    title: 'the source never sends more than was granted, and what it gives beyond its buffer is refused',
    async run(driver) {
      await read(driver, 'slow', 1_000, { window: 0 });
      await driver.until('open', async () => (await counter(driver)).out.streams.size === 1);
      await driver.send('/root/counter', { kind: 'Push', count: 6 });
      await driver.until('refused', async () => (await counter(driver)).refused === 2);
      equal((await reader(driver)).heard, {}, 'parts without a grant');
      await driver.send('/root/reader', { kind: 'Grant', count: 3 });
      await driver.until('three', async () => (await reader(driver)).heard['slow']?.length === 3);
      await driver.quiet();
      equal((await reader(driver)).heard, { slow: upTo(3) }, 'parts as granted');
      const [stream] = [...(await counter(driver)).out.streams.values()];
      equal([stream?.sent, stream?.waiting.length], [3, 1], 'sent and waiting');
      await driver.send('/root/reader', { kind: 'Grant', count: 5 });
      await driver.send('/root/counter', { kind: 'Push', count: 3 });
      await driver.until('seven', async () => (await reader(driver)).heard['slow']?.length === 7);
      equal((await reader(driver)).heard, { slow: upTo(7) }, 'parts');
    },
  },
  {
    ...base,
    id: 'stream-cancel',
    title: 'a cancelled stream brings nothing more, and its source forgets it',
    async run(driver) {
      await read(driver, 'cut', 500, { stopAt: 5, window: 8 });
      await read(driver, 'whole', 20);
      await ends(driver, ['whole: 20']);
      await noStreamsLeft(driver);
      await driver.quiet();
      equal((await reader(driver)).heard, { cut: upTo(5), whole: upTo(20) }, 'parts');
    },
  },
  {
    ...base,
    id: 'stream-failure',
    title: 'an error of the source comes after the parts before it',
    async run(driver) {
      await read(driver, 'unlucky', 13);
      await ends(driver, ['unlucky: request-rejected after 12']);
      equal((await reader(driver)).heard, { unlucky: upTo(12) }, 'parts');
      await noStreamsLeft(driver);
    },
  },
  {
    ...base,
    id: 'stream-gap',
    title: 'a source that is silent while parts are owed: the stream fails, and the source hears of it',
    async run(driver) {
      await read(driver, 'silent', 1_000, { gapMs: 60 });
      await ends(driver, ['silent: stream-gap after 0']);
      await noStreamsLeft(driver);
    },
  },
  {
    ...base,
    id: 'stream-no-gap-without-demand',
    title: 'a consumer that grants nothing cannot call its source late',
    async run(driver) {
      await read(driver, 'idle', 1_000, { gapMs: 30, window: 0 });
      await driver.until('open', async () => (await counter(driver)).out.streams.size === 1);
      await driver.wait(100);
      equal((await reader(driver)).ends, [], 'ends');
      await driver.send('/root/reader', { kind: 'Grant', count: 1 });
      await ends(driver, ['idle: stream-gap after 0']);
    },
  },
  {
    ...base,
    id: 'stream-gap-exact',
    title: 'a gap counts from when the part was allowed to come',
    virtualOnly: true,
    async run(driver) {
      await read(driver, 'idle', 1_000, { gapMs: 30, window: 0 });
      await driver.wait(100);
      await driver.send('/root/reader', { kind: 'Grant', count: 1 });
      await driver.wait(29);
      equal((await reader(driver)).ends, [], 'before its time');
      await driver.wait(1);
      equal((await reader(driver)).ends, ['idle: stream-gap after 0'], 'when its time is up');
    },
  },
  {
    ...base,
    id: 'stream-source-stops',
    title: 'a source that stops: what it sent arrives, then the stream fails',
    async run(driver) {
      await read(driver, 'left', 1_000);
      await driver.until('open', async () => (await counter(driver)).demands === 1);
      await driver.send('/root/counter', { kind: 'Push', count: 3 });
      await driver.send('/root/counter', { kind: 'Quit' });
      await ends(driver, ['left: target-stopped after 3']);
      equal((await reader(driver)).heard, { left: upTo(3) }, 'parts');
      await read(driver, 'late', 5);
      await driver.until('fails', async () => (await reader(driver)).ends.includes('late: target-stopped after 0'));
    },
  },
  {
    ...base,
    id: 'stream-source-restarts',
    title: 'a source that restarts does not know its streams any more, and says so',
    async run(driver) {
      await read(driver, 'torn', 1_000, { window: 0 });
      await driver.until('open', async () => (await counter(driver)).out.streams.size === 1);
      await driver.inject({ kind: 'crash', path: '/root/counter' });
      await driver.until('restart', async () => (await driver.actor('/root/counter'))?.restarts === 1);
      await driver.quiet();
      await driver.send('/root/reader', { kind: 'Grant', count: 1 });
      await ends(driver, ['torn: stream-cancelled after 0']);
    },
  },
  {
    ...base,
    id: 'stream-consumer-stops',
    title: 'a consumer that stops is forgotten by its source',
    async run(driver) {
      await read(driver, 'gone', 1_000);
      await driver.until('open', async () => (await counter(driver)).demands === 1);
      await driver.send('/root/reader', { kind: 'Quit' });
      await noStreamsLeft(driver);
    },
  },
  {
    ...base,
    id: 'stream-consumer-restarts',
    title: 'a consumer that restarts gets no part of an earlier life, and its source is told',
    async run(driver) {
      await read(driver, 'before', 1_000);
      await driver.until('open', async () => (await counter(driver)).demands === 1);
      await driver.inject({ kind: 'crash', path: '/root/reader' });
      await driver.until('restart', async () => (await driver.actor('/root/reader'))?.restarts === 1);
      await driver.quiet();
      await driver.send('/root/counter', { kind: 'Push', count: 1 });
      await noStreamsLeft(driver);
      equal((await reader(driver)).heard, {}, 'parts');
      await read(driver, 'after', 7);
      await ends(driver, ['after: 7']);
    },
  },
  {
    ...base,
    id: 'stream-consumer-asks-anew',
    title: 'a consumer that restarts and asks again does not leave its earlier stream behind',
    async run(driver) {
      await read(driver, 'before', 1_000, { window: 0 });
      await driver.until('open', async () => (await counter(driver)).out.streams.size === 1);
      await driver.inject({ kind: 'crash', path: '/root/reader' });
      await driver.until('restart', async () => (await driver.actor('/root/reader'))?.restarts === 1);
      await driver.quiet();
      await read(driver, 'after', 7);
      await ends(driver, ['after: 7']);
      await noStreamsLeft(driver);
    },
  },
  {
    ...base,
    id: 'stream-through-a-breaker',
    title: 'a request may pass a circuit breaker: its parts come straight from the source, its refusal ends the stream',
    async run(driver) {
      await read(driver, 'through', 30, { guarded: true });
      await ends(driver, ['through: 30']);
      await driver.send('/root', { kind: 'Trip' });
      await driver.until('open', async () => (await driver.actor('/root/breaker'))?.breaker === 'open');
      await read(driver, 'refused', 30, { guarded: true });
      await ends(driver, ['through: 30', 'refused: breaker-open after 0']);
    },
  },
];
