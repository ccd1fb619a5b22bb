/** Streams held open side by side in one process. */

import type { Sink } from '../run.ts'
import { ran, startProvider, type Held, type Ran } from './run.ts'

export interface StreamFigures {
  /** Of one wave, from its first request until all it recorded is exported. */
  readonly wallMs: number
  /** The same in processor time, by stream. */
  readonly cpuUs: number
  /** Of all three waves. */
  readonly chunks: number
  /** Kilobytes that the heap holds of a stream that is open. */
  readonly heldKb: number
  /** Bytes by which the heap has grown, by stream, once they are over. */
  readonly leftBytes: number
  /** Listeners left on the signals that the application gave. */
  readonly onSignals: number
  readonly before: Held
  readonly after: Held
  readonly peakMb: number
}

/** Waves of `apps/streams.cjs`. */
export const WAVES = 3

/** @param sink where it exports to; undefined: the bare program. */
export async function streams(
  count: number,
  run: string,
  sink?: Sink,
): Promise<Ran<StreamFigures>> {
  // Of its own: ports that a run before has used up are free for this address.
  const provider = await startProvider()
  try {
    const env = { PROVIDER_URL: provider.url }
    return await ran({ program: 'streams.cjs', args: [String(count)], env }, run, sink)
  } finally {
    provider.stop()
  }
}
