/** What could be the next step, and who took it already. Looked up a moment ahead; nothing changes. */
import { unreachable } from '../../base/assert.ts';
import { waitingIn } from '../../kernel/mailbox.ts';
import type { Choice } from '../simulation.ts';
import { candidatesOf, scheduledKey } from './candidates.ts';
import { copied } from './copied.ts';
import { contentOf, isMessage, signalLabel, timerLabel } from './recorder.ts';
import type { Simulator } from './simulator.ts';
import { contentOfMail } from './virtual-mail.ts';

export function choicesOf(simulator: Simulator): readonly Choice[] {
  const { system, branches } = simulator;
  const next = simulator.step + 1;
  const parting = branches.partingAt(next);
  return simulator.lookAhead(() => {
    const scheduled = scheduledKey(system);
    const takenBy = (key: string): readonly number[] =>
      parting.filter((number) => {
        const branch = branches.at(number);
        const intervention = branch.interventions.get(next);
        if (intervention !== undefined) return intervention.type === 'choice' && intervention.choice === key;
        return key === scheduled && branch.end >= next;
      });
    const choices = candidatesOf(system).map((candidate): Choice => {
      const { key, kind, path, worker } = candidate;
      const isScheduled = key === scheduled;
      const common = { key, kind, path, worker, atMs: system.nowMs, isScheduled, takenBy: takenBy(key) };
      switch (candidate.kind) {
        case 'timer':
          return { ...common, label: timerLabel(candidate.deadline), isSignal: true, message: null };
        case 'arrival': {
          const { kind: label, isSignal, message } = contentOfMail(candidate.mail);
          return { ...common, label, isSignal, message: copied(message) };
        }
        case 'turn': {
          const { cell } = candidate;
          const signal = cell.signals.length > 0 ? cell.signals.at(0) : undefined;
          if (signal !== undefined) {
            const message = copied(contentOf(signal));
            return { ...common, label: signalLabel(signal), isSignal: !isMessage(signal), message };
          }
          const message = waitingIn(cell.mailbox, 1)[0];
          return { ...common, label: message?.kind ?? '', isSignal: false, message: copied(message) };
        }
        default:
          return unreachable(candidate, 'candidate');
      }
    });
    return choices.sort((a, b) => Number(b.isScheduled) - Number(a.isScheduled));
  });
}
