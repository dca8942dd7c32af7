/**
 * How long it pays to look for work before going to sleep: learnt from how soon work came the last times.
 *
 * Going to sleep and being woken costs some 50 µs and a call of the operating system on both sides; looking costs a core that
 * somebody else may need. So a worker looks for longer while work keeps coming just after it has given up, and for less time
 * while sleeps turn out to be long. (Karlin et al., "Empirical studies of competitive spinning", SOSP 1991.)
 */

/** Looks that are always made, if any are: they take less time than going to sleep does. */
const LOOKS_MIN = 256;
/** Until a long spin has been measured. */
const MS_PER_LOOK = 1e-5;

export class SpinBudget {
  /** Looks before the next sleep. */
  looks: number;
  /** The most that it can become: less where the threads are more than the machine has. */
  readonly max: number;
  /** Measured on spins that are long enough to read the clock. */
  msPerLook = MS_PER_LOOK;
  private readonly min: number;

  /**
   * @param spinsMax looks where every thread has a core of its own
   * @param workers of the run; the page's thread comes on top
   * @param threads of the hardware
   */
  constructor(spinsMax: number, workers: number, threads: number) {
    const share = workers < threads ? 1 : workers === threads ? 1 / 2 : 1 / 32;
    this.max = Math.floor(spinsMax * share);
    this.min = Math.min(LOOKS_MIN, this.max);
    this.looks = this.max;
  }

  /** Work came after so many looks. */
  found(looks: number): void {
    // It nearly came too late.
    if (looks > this.looks >> 1) this.looks = Math.min(this.max, this.looks * 2);
  }

  /** None came before it had given up for so long. */
  slept(ms: number): void {
    const wouldPay = ms < this.max * this.msPerLook;
    this.looks = wouldPay ? Math.min(this.max, this.looks * 4) : Math.max(this.min, this.looks - (this.looks >> 2));
  }

  /** So many looks took so long by the clock. One spin in which the thread stood still for a while says little. */
  measured(looks: number, ms: number): void {
    if (looks <= 0) return;
    const measured = Math.min(ms / looks, this.msPerLook * 2);
    this.msPerLook += (measured - this.msPerLook) / 8;
  }
}
