/**
 * Runs a golden script and writes it again with what really happened.
 *
 *   # comment                                    kept
 *   start Parent {"children":["a"]}              the root actor, /root
 *   tree OneForAll a b@1                         /root/sup, a puppet of that name, with children (see below)
 *   workers 2                                    before start; 1 without it
 *   tell /root/a {"kind":"Work","n":1}           several lines are posted together before anything runs
 *   burst /root/a 12 {"kind":"Work","n":$}       the same message, numbered from 1
 *   fail PATH [KIND]                             a message that makes a puppet throw
 *   crash, trip, reset PATH; slow PATH MS        faults
 *   fault PATH {"kind":"pause"}                  any other fault of an actor
 *   advance MS                                   lets time pass
 *   actors; state PATH; notes; did PATH           looks: all actors, a state, hooks that ran, what a puppet did and heard
 *   ----
 *   what happened
 *
 * A child of `tree` is a name with, in this order, `:Behavior`, `@worker`, `~shutdownMs`, `!restart-type` and `?` for lazy.
 */

import { assert } from '../../base/assert.ts';
import { COLUMN, STATUS_NAMES } from '../actor-table.ts';
import type { RestartType } from '../behavior.ts';
import { PlayhouseError } from '../errors.ts';
import { checkFault, isActorFault } from '../fault.ts';
import { injectFault } from '../inject.ts';
import type { TraceEventBody } from '../trace.ts';
import { CAST } from './behaviors.ts';
import type { Plan, PuppetState } from './puppet.ts';
import { PUPPETS } from './puppets.ts';
import { type TestEvent, TestSystem } from './test-system.ts';

export function runGoldenScript(text: string): string {
  const script = new Script();
  return `${text
    .trim()
    .split(/\n{2,}/)
    .map((block) => script.block(block))
    .join('\n\n')}\n`;
}

const EVERYBODY = [...CAST, ...PUPPETS];

class Script {
  private system = new TestSystem(EVERYBODY);
  private seen = 0;
  private seenNotes = 0;

  /** One block: comments and commands, `----`, output. */
  block(block: string): string {
    const commands = block.split('\n----')[0] ?? '';
    const lines = commands.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    if (lines.length === 0) return commands;
    const output = lines.flatMap((line) => this.command(line));
    this.system.settle();
    return [commands, '----', ...this.news(), ...output, ...this.looks(lines)].join('\n');
  }

  private command(line: string): string[] {
    const [verb = '', path = '', ...rest] = line.split(' ');
    try {
      this.execute(verb, path, rest.join(' '));
      return [];
    } catch (thrown) {
      if (!(thrown instanceof PlayhouseError)) throw thrown;
      return [`refused: ${thrown.code}${thrown.field === undefined ? '' : ` (${thrown.field})`}: ${thrown.message}`];
    }
  }

  private execute(verb: string, path: string, rest: string): void {
    const { system } = this;
    switch (verb) {
      case 'workers':
        this.system = new TestSystem(EVERYBODY, { workers: Number(path) });
        return;
      case 'start':
        system.start(path, rest === '' ? undefined : JSON.parse(rest));
        return;
      case 'tree':
        system.start('Top', { plans: [{ name: 'sup', behavior: path, children: rest.split(' ').map(planOf) }] });
        return;
      case 'tell':
        return system.post(path, JSON.parse(rest));
      case 'fail':
        return system.post(path, { kind: 'Throw', errorKind: rest === '' ? 'Oops' : rest } as {
          readonly kind: string;
        });
      case 'burst': {
        const space = rest.indexOf(' ');
        const count = Number(rest.slice(0, space));
        for (let n = 1; n <= count; n++) system.post(path, JSON.parse(rest.slice(space + 1).replace('$', String(n))));
        return;
      }
      case 'advance':
        return system.advance(Number(path));
      case 'fault': {
        const { kernel, cell } = system.find(path);
        const fault = checkFault({ ...JSON.parse(rest), path });
        assert(isActorFault(fault), 'a fault of one actor');
        return injectFault(kernel, cell, fault);
      }
      case 'crash':
      case 'trip':
      case 'reset':
      case 'slow': {
        const { kernel, cell } = system.find(path);
        if (verb === 'crash') injectFault(kernel, cell, { kind: 'crash', path });
        else if (verb === 'slow') injectFault(kernel, cell, { kind: 'slow', path, delayMs: Number(rest) });
        else injectFault(kernel, cell, { kind: `${verb}-breaker`, path });
        return;
      }
      case 'actors':
      case 'state':
      case 'notes':
      case 'did':
        return;
      default:
        throw new Error(`unknown command "${verb}"`);
    }
  }

  private news(): string[] {
    const fresh = this.system.events.slice(this.seen);
    this.seen = this.system.events.length;
    return fresh.map(eventLine);
  }

  private freshNotes(): string[] {
    const { notes } = this.system.state<{ readonly notes: readonly string[] }>('/root/log');
    const fresh = notes.slice(this.seenNotes);
    this.seenNotes = notes.length;
    return fresh;
  }

  private looks(lines: readonly string[]): string[] {
    return lines.flatMap((line) => {
      const [verb, path = ''] = line.split(' ');
      if (verb === 'notes') return this.freshNotes();
      if (verb === 'did') {
        const { done, heard } = this.system.state<PuppetState>(path);
        return [`${path} did [${done.join(' ')}] and heard [${heard.join('; ')}]`];
      }
      if (verb === 'state') return [JSON.stringify(this.system.state(path))];
      if (verb !== 'actors') return [];
      const cells = [...this.system.cells()].sort((a, b) => (a.path < b.path ? -1 : 1));
      return cells.map((cell) => {
        const { table } = this.system;
        const status = STATUS_NAMES[table.get(cell.ref.id, COLUMN.status)];
        const worker = table.get(cell.ref.id, COLUMN.worker);
        return `${cell.path} w${worker} ${status} incarnation ${cell.incarnation} queued ${cell.mailbox.length}`;
      });
    });
  }
}

/** `name:Behavior@worker~shutdownMs!restart?` */
function planOf(text: string): Plan {
  const match = /^([\w.-]+)(?::(\w+))?(?:@(\d))?(?:~(\d+))?(?:!(\w+))?(\?)?$/.exec(text);
  if (match === null) throw new Error(`not a child: "${text}"`);
  const [, name = '', behavior, at, shutdownMs, restart, lazy] = match;
  return {
    name,
    ...(behavior === undefined ? {} : { behavior }),
    ...(at === undefined ? {} : { at: Number(at) }),
    ...(shutdownMs === undefined ? {} : { shutdownMs: Number(shutdownMs) }),
    ...(restart === undefined ? {} : { restart: restart as RestartType }),
    ...(lazy === undefined ? {} : { lazy: true }),
  };
}

function eventLine({ atMs, worker, body }: TestEvent): string {
  return `${atMs} ms w${worker} ${bodyText(body)}`;
}

function bodyText(body: TraceEventBody): string {
  switch (body.type) {
    case 'spawned':
      return `spawned ${body.path} (${body.behavior})`;
    case 'failed':
      return `failed ${body.path} in ${body.during}: ${body.error}`;
    case 'restarted':
      return `restarted ${body.path} as incarnation ${body.incarnation}, restart ${body.counted} of ${body.intensity}`;
    case 'resumed':
      return `resumed ${body.path}`;
    case 'exited':
      return `exited ${body.path}, which is permanent`;
    case 'backoff':
      return `backoff by ${body.path}: ${body.child} waits ${body.delayMs} ms, failure ${body.failures} in a row`;
    case 'passivated':
    case 'activated':
      return `${body.type} ${body.path}`;
    case 'overflow':
      return `overflow of ${body.path} × ${body.count}: ${body.strategy}`;
    case 'escalated':
      if (body.cause === 'rule') return `escalated by ${body.path}: ${body.child}: ${body.error}`;
      return `escalated by ${body.path}: more than ${body.intensity} in ${body.periodMs} ms, last ${body.child}: ${body.error}`;
    case 'stopped':
      return `stopped ${body.path}: ${body.reason}`;
    case 'dead-letter':
      return `dead letter ${body.kind} × ${body.count} to ${body.path}: ${body.reason}`;
    case 'breaker':
      return `breaker ${body.path} ${body.from} → ${body.to}: ${body.cause}`;
    case 'fault':
      return `fault ${JSON.stringify(body.fault)}`;
    default:
      return JSON.stringify(body);
  }
}
