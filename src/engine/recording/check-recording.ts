/**
 * Whether what a file says is a recording that a simulator can take without harm: every number within its bounds, every
 * event whole. Whether it is true, only the replay can tell.
 */
import { COLUMN, ROW_WORDS, STATUS_NAMES } from '../../kernel/actor-table.ts';
import { isObject } from '../../kernel/check.ts';
import { checkNumber, checkWhole, PlayhouseError } from '../../kernel/errors.ts';
import { checkFault, isActorFault } from '../../kernel/fault.ts';
import { checkOutsideMessage, checkParameter } from '../../kernel/from-outside.ts';
import { IDS_PER_BLOCK } from '../../kernel/host.ts';
import { RUN_LIMITS } from '../../kernel/intervention.ts';
import { LIMITS } from '../../kernel/limits.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import { RECORDING_LIMITS, type Recording, type RecordingEnd } from '../recording.ts';
import { EVENT, SENT } from './events.ts';
import { TrackReader } from './track-reader.ts';

const ENDS: readonly RecordingEnd[] = ['stopped', 'full', 'worker-lost', 'not-json'];
const ROWS_MAX = 2 ** 20;
const TIME_MS_MAX = 2 ** 45;

/** What is beside the tracks. @throws PlayhouseError `link-invalid` or `link-unknown-scenario`, naming the field */
export function checkHeader(
  header: unknown,
  findScenario: (id: string) => Scenario | undefined,
): Omit<Recording, 'tracks'> & { readonly trackWords: readonly number[] } {
  if (!isObject(header)) throw wrong('header', 'it is not an object');
  const {
    scenario: id,
    parameters,
    workers,
    seed,
    actorRows,
    mailboxCapacity,
    turns,
    end,
    faults,
    trackWords,
  } = header;
  const scenario = typeof id === 'string' ? findScenario(id) : undefined;
  if (scenario === undefined) {
    const text = 'The recording is of a scenario that is not here.';
    throw new PlayhouseError('link-unknown-scenario', text, 'scenario');
  }
  whole('workers', workers, 1, LIMITS.workersMax);
  whole('seed', seed, 0, RUN_LIMITS.seedMax);
  whole('actorRows', actorRows, 1, ROWS_MAX);
  whole('mailboxCapacity', mailboxCapacity, 1, LIMITS.mailboxCapacityMax);
  whole('turns', turns, 0, Number.MAX_SAFE_INTEGER);
  if (!ENDS.includes(end as RecordingEnd)) throw wrong('end', 'it is none of the reasons for which a recording ends');
  if (!isObject(parameters)) throw wrong('parameters', 'they are not an object');
  for (const name of Object.keys(scenario.parameters)) {
    refusing(`parameters.${name}`, () => checkParameter(scenario, name, parameters[name] as number));
  }
  if (!Array.isArray(trackWords) || trackWords.length !== workers)
    throw wrong('trackWords', 'each worker has one track');
  for (const [worker, words] of trackWords.entries()) {
    whole(`trackWords[${worker}]`, words, 0, RECORDING_LIMITS.trackWordsMax);
  }
  return {
    scenario: scenario.id,
    parameters: Object.fromEntries(Object.keys(scenario.parameters).map((name) => [name, parameters[name] as number])),
    workers: workers as number,
    seed: seed as number,
    actorRows: actorRows as number,
    mailboxCapacity: mailboxCapacity as number,
    turns: turns as number,
    end: end as RecordingEnd,
    faults: checkFaults(faults, scenario),
    trackWords: trackWords as number[],
  };
}

function checkFaults(faults: unknown, scenario: Scenario): Recording['faults'] {
  if (!Array.isArray(faults) || faults.length > RECORDING_LIMITS.faultsMax) {
    throw wrong('faults', `it is not a list of at most ${RECORDING_LIMITS.faultsMax}`);
  }
  return faults.map((entry: unknown, index) => {
    const field = `faults[${index}]`;
    const { atMs, fault: given } = isObject(entry) ? entry : {};
    return refusing(field, () => {
      checkNumber('atMs', atMs as number, 0, TIME_MS_MAX);
      const fault = checkFault(given);
      if (fault.kind !== 'set-parameter') throw wrong(field, 'only parameters are changed for all workers at once');
      checkParameter(scenario, fault.name, fault.value);
      return { atMs: atMs as number, fault };
    });
  });
}

/** @throws PlayhouseError `link-invalid`, naming the track and the word */
export function checkTrack(
  words: Int32Array,
  worker: number,
  recording: Omit<Recording, 'tracks'>,
  behaviors: number,
): void {
  const reader = new TrackReader(words);
  for (let at = 0; !reader.isAtEnd(at); ) {
    const next = reader.next(at);
    const field = `tracks[${worker}][${at}]`;
    // Both a length that is not one and an event that is cut off end here.
    if (!(next > at && next <= words.length)) throw wrong(field, 'an event is cut off');
    if (!reader.isTurn(at)) checkEvent(reader, at, field, worker, recording, behaviors);
    at = next;
  }
}

function checkEvent(
  reader: TrackReader,
  at: number,
  field: string,
  worker: number,
  recording: Omit<Recording, 'tracks'>,
  behaviors: number,
): void {
  const { workers, actorRows } = recording;
  const tag = reader.tag(at);
  switch (tag) {
    case EVENT.round:
    case EVENT.advance:
      return refusing(field, () => checkNumber('time', reader.number(at + 1), 0, TIME_MS_MAX));
    case EVENT.clock:
      return refusing(field, () => checkNumber('time', reader.number(at + 2), 0, TIME_MS_MAX));
    case EVENT.parameter:
      if (reader.argument(at) >= Object.keys(recording.parameters).length)
        throw wrong(field, 'there is no such parameter');
      return refusing(field, () => checkNumber('value', reader.number(at + 2), -Number.MAX_VALUE, Number.MAX_VALUE));
    case EVENT.receive:
      return checkWorker(reader.sender(at), worker, workers, field);
    case EVENT.wayFree:
      return checkWorker(reader.argument(at), worker, workers, field);
    case EVENT.batch:
      if (reader.argument(at) >= actorRows || reader.word(at + 1) < 0) throw wrong(field, 'there is no such actor');
      return;
    case EVENT.table:
      return checkWord(reader.argument(at), reader.word(at + 2), recording, behaviors, field);
    case EVENT.rows: {
      const first = reader.word(at + 2);
      const isBlock = first >= 0 && first % IDS_PER_BLOCK === 0 && first < Math.max(actorRows, workers * IDS_PER_BLOCK);
      if (first !== -1 && !isBlock) throw wrong(field, 'these are no rows of the table');
      return;
    }
    case EVENT.sent:
      if (!Object.values<number>(SENT).includes(reader.argument(at)))
        throw wrong(field, 'nothing can become of a message so');
      return;
    case EVENT.threw:
    case EVENT.send:
    case EVENT.fault:
    case EVENT.pipe:
      return checkText(reader.text(tag === EVENT.threw ? at + 2 : at + 1), tag, field);
    case EVENT.root:
      return;
    default:
      throw wrong(field, 'there is no such event');
  }
}

function checkWorker(other: number, worker: number, workers: number, field: string): void {
  if (other >= workers || other === worker) throw wrong(field, 'there is no such other worker');
}

function checkWord(
  index: number,
  value: number,
  { actorRows, workers }: Omit<Recording, 'tracks'>,
  behaviors: number,
  field: string,
): void {
  if (index >= actorRows * ROW_WORDS) throw wrong(field, 'the table has no such word');
  const column = index % ROW_WORDS;
  const bound = column === COLUMN.worker ? workers : column === COLUMN.behavior ? behaviors : STATUS_NAMES.length;
  const isBounded = column === COLUMN.worker || column === COLUMN.behavior || column === COLUMN.status;
  if (isBounded && !(value >= 0 && value < bound)) throw wrong(field, 'no row of the table says that');
}

function checkText(text: string, tag: number, field: string): void {
  const value: unknown = refusing(field, () => JSON.parse(text) as unknown);
  if (!isObject(value)) throw wrong(field, 'it is not an object');
  if (tag === EVENT.threw) {
    if (typeof value['code'] !== 'string' || typeof value['message'] !== 'string') throw wrong(field, 'it is no error');
    return;
  }
  if (tag === EVENT.pipe) {
    const { outcome } = value;
    const isOutcome = isObject(outcome) && (outcome['ok'] === true || typeof outcome['error'] === 'string');
    if (!Number.isInteger(value['pipe']) || !isOutcome) throw wrong(field, 'it is no outcome of a promise');
    return;
  }
  refusing(field, () => {
    checkWhole('id', value['id'] as number, 0, ROWS_MAX);
    checkWhole('generation', value['generation'] as number, -(2 ** 31), 2 ** 31);
    if (tag === EVENT.send) checkOutsideMessage(value['message']);
    else if (!isActorFault(checkFault(value['fault']))) throw wrong(field, 'it is no fault of an actor');
  });
}

function whole(field: string, value: unknown, min: number, max: number): void {
  refusing(field, () => checkWhole(field, value as number, min, max));
}

/** What is wrong with a part is what is wrong with the file. */
function refusing<T>(field: string, check: () => T): T {
  try {
    return check();
  } catch (thrown) {
    if (thrown instanceof PlayhouseError && thrown.code === 'link-invalid') throw thrown;
    throw wrong(field, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

export function wrong(field: string, why: string): PlayhouseError {
  return new PlayhouseError(
    'link-invalid',
    `The file is not a recording that was saved here: ${field}: ${why}.`,
    field,
  );
}
