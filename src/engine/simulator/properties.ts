/**
 * The scenario's properties, looked at after every step.
 *
 *   always, never:  holds ──a step breaks it──▶ violated
 *   eventually:     holds ──when──▶ pending ──holds──▶ holds
 *                                      └──time is up──▶ violated
 *
 * Whatever is violated stays so: the first step that broke it is the one to look at.
 */
import { viewOf } from '../../kernel/actor-table.ts';
import { namesOf } from '../../kernel/cell.ts';
import type { Property, World } from '../../kernel/property.ts';
import type { ActorView } from '../../kernel/view.ts';
import type { PropertyView } from '../simulation.ts';
import { NOBODY, type SimulatedSystem } from './system.ts';

interface Standing {
  status: PropertyView['status'];
  step: number;
  /** Of an `eventually` that is pending: when its time is up. */
  dueMs: number;
  /** `when` was true after the step before: only its becoming true starts the clock. */
  wasTriggered: boolean;
}

export type PropertiesSnapshot = readonly Standing[];

export class Properties {
  private readonly system: SimulatedSystem;
  private readonly properties: readonly Property[];
  private readonly watched: readonly (ReadonlySet<string> | undefined)[];
  private standings: Standing[];
  private readonly world: World;

  constructor(system: SimulatedSystem) {
    this.system = system;
    this.properties = system.scenario.properties ?? [];
    this.watched = this.properties.map(({ watches }) => watches && new Set(watches));
    this.standings = this.properties.map((property) => ({
      status: 'holds',
      step: 0,
      dueMs: Number.POSITIVE_INFINITY,
      wasTriggered: false,
      ...(property.type === 'eventually' && property.when === undefined
        ? { status: 'pending', dueMs: property.withinMs, wasTriggered: true }
        : {}),
    }));
    this.world = worldOf(system);
  }

  get count(): number {
    return this.properties.length;
  }

  /** After a step. Records what it broke; true when it broke something. */
  look(path: string | undefined): boolean {
    let broken = false;
    for (const [index, property] of this.properties.entries()) {
      const standing = this.standings[index] as Standing;
      if (standing.status === 'violated') continue;
      const isDue = this.system.nowMs > standing.dueMs;
      const watched = this.watched[index];
      if (!isDue && watched !== undefined && (path === undefined || !watched.has(path))) continue;
      if (this.isBroken(property, standing, isDue)) {
        standing.status = 'violated';
        standing.step = this.system.step;
        broken = true;
      }
    }
    return broken;
  }

  private isBroken(property: Property, standing: Standing, isDue: boolean): boolean {
    const { system, world } = this;
    try {
      if (property.type !== 'eventually') {
        if (property.holds(world) === (property.type === 'always')) return false;
        return this.violated(property, property.type === 'always' ? 'It does not hold.' : 'It has happened.');
      }
      if (isDue) return this.violated(property, `It did not happen within ${property.withinMs} ms.`);
      const isTriggered = property.when?.(world) ?? true;
      if (isTriggered && !standing.wasTriggered && standing.status !== 'pending') {
        standing.status = 'pending';
        standing.dueMs = system.nowMs + property.withinMs;
      }
      standing.wasTriggered = isTriggered;
      if (standing.status === 'pending' && property.holds(world)) {
        standing.status = 'holds';
        standing.dueMs = Number.POSITIVE_INFINITY;
      }
      return false;
    } catch (thrown) {
      return this.violated(property, `It could not be looked at: ${thrown instanceof Error ? thrown.message : thrown}`);
    }
  }

  private violated({ name }: Property, detail: string): true {
    this.system.emit(NOBODY, { type: 'violated', property: name, detail });
    return true;
  }

  views(): readonly PropertyView[] {
    return this.properties.map(({ name, type }, index) => {
      const { status, step } = this.standings[index] as Standing;
      return { name, type, status, step };
    });
  }

  save(): PropertiesSnapshot {
    return this.standings.map((standing) => ({ ...standing }));
  }

  restore(saved: PropertiesSnapshot): void {
    this.standings = saved.map((standing) => ({ ...standing }));
  }
}

function worldOf(system: SimulatedSystem): World {
  return {
    get nowMs() {
      return system.nowMs;
    },
    get deadLetters() {
      return system.kernels.reduce((sum, kernel) => sum + kernel.deadLetters.count, 0);
    },
    get answered() {
      return system.observations.answered;
    },
    get failed() {
      return system.observations.failed;
    },
    state<T>(path: string): T | undefined {
      return system.find(path)?.cell.state as T | undefined;
    },
    actor(path: string): ActorView | undefined {
      const found = system.find(path);
      return found && viewOf(system.table, namesOf(found.cell), system.observations.lastErrors.get(path));
    },
  };
}
