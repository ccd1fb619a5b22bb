/** `globalThis.fetch` intercepted in this process, with a recorder that keeps the Calls. */

import { AsyncLocalStorage } from 'node:async_hooks'
import { attributionStage } from '../../instrumentation/compose/attribution.ts'
import type { OpenCalls } from '../../instrumentation/intercept/open-call.ts'
import { createOpenCalls } from '../../instrumentation/intercept/open-calls.ts'
import { interceptFetch } from '../../instrumentation/intercept/fetch.ts'
import type { Observation } from '../../instrumentation/intercept/start-call.ts'
import type { Recorder } from '../../instrumentation/intercept/recorder.ts'
import { readConfig, type Config } from '../../instrumentation/config.ts'
import type { Call } from '../../instrumentation/core/call.ts'

export interface Intercepted {
  readonly calls: readonly Call[]
  readonly open: OpenCalls
  /** For hooks beside that of fetch. */
  readonly observation: Observation
  /** How many calls have begun. */
  readonly begun: number
  waitForCalls(count: number, timeoutMs?: number): Promise<readonly Call[]>
  restore(): void
}

export interface InterceptedOptions {
  readonly config?: Partial<Config>
  /** The span that is active when a call begins. */
  readonly activeSpan?: () => object | undefined
  readonly recorder?: Partial<Recorder>
}

export function intercepted(options: InterceptedOptions = {}): Intercepted {
  const calls: Call[] = []
  let begun = 0
  const config: Config = { ...readConfig({}), ...options.config }
  const open = createOpenCalls(config.idleTimeoutMs)
  const sending = new AsyncLocalStorage<true>()
  const recorder: Recorder = {
    suppressed: () => false,
    sending: () => sending.getStore() === true,
    activeSpan: options.activeSpan ?? (() => undefined),
    start() {
      begun += 1
      return {
        canWait: false,
        run: (send) => sending.run(true, send),
        resume: () => undefined,
        end(call) {
          calls.push(call)
        },
      }
    },
    ...options.recorder,
  }
  const { attribute, check, outbound } = attributionStage(
    config,
    () => undefined,
    () => undefined,
  )
  const observation: Observation = {
    config,
    recorder,
    calls: open,
    group: recorder.activeSpan,
    attribute,
    check,
    outbound,
  }
  const restore = interceptFetch(observation)
  return {
    calls,
    open,
    observation,
    get begun() {
      return begun
    },
    async waitForCalls(count, timeoutMs = 5_000) {
      const deadline = Date.now() + timeoutMs
      while (calls.length < count && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      return calls
    },
    restore,
  }
}
