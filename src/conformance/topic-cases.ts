/** Publish and subscribe P1 and P2, streams, receptionist, heartbeats, shutdown K1. */
import type { Case } from './case.ts';

export const TOPIC_CASES: readonly Case[] = [];
