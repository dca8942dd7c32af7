/** Actors that do what no recording can know, or what only real threads bring about. */
import { actor } from '../../../kernel/definition.ts';
import type { Ref } from '../../../kernel/ref.ts';
import type { Scenario } from '../../../kernel/scenario.ts';
import { type MessageOf, t } from '../../../kernel/schema.ts';

const WorkProtocol = { Work: { n: t.int32 } } as const;
type WorkRef = Ref<MessageOf<typeof WorkProtocol>>;

const Left = actor('Left', {
  protocol: WorkProtocol,
  state: () => ({ sum: 0 }),
  on: {
    Work(state, { n }) {
      state.sum += n;
      if (n === 40) throw new Error('forty');
    },
  },
});

/** Sends its work to one of two, by its own dice or by the system's. */
const Chooser = actor('Chooser', {
  protocol: { Next: {} },
  state: (args: { readonly isCheat: boolean }) => ({ ...args, workers: [] as WorkRef[], n: 0 }),
  signals: {
    preStart(state, ctx) {
      for (const name of ['one', 'two']) state.workers.push(ctx.spawn(Left, { name, placement: 1 }) as WorkRef);
      ctx.startPeriodicTimer('next', { kind: 'Next' }, 1);
    },
  },
  on: {
    Next(state, _message, ctx) {
      for (let count = 0; count < 5; count++) {
        const dice = state.isCheat ? Math.random() : ctx.random();
        const to = state.workers[dice < 0.5 ? 0 : 1];
        if (to !== undefined) ctx.tell(to, { kind: 'Work', n: state.n++ });
      }
    },
  },
});

export function chooserScenario(isCheat: boolean): Scenario {
  return {
    id: 'chooser',
    title: 'Chooser',
    summary: '',
    experiments: [],
    parameters: {},
    behaviors: [Chooser, Left],
    root: { behavior: Chooser, name: 'chooser', args: { isCheat } },
  };
}
