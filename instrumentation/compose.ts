/** The one place where the stages are wired together. */

import { createRequire } from 'node:module'
import { currentAttribution } from './attribution/context.ts'
import { readConfig, type Config } from './config.ts'
import { interceptFetch } from './intercept/fetch.ts'
import { createOpenCalls } from './intercept/open-calls.ts'
import { bundledBook } from './pricing/bundled.ts'
import type { PriceBook } from './pricing/index.ts'
import { bookWithFiles } from './prices-file.ts'
import { watchProcessEnd } from './process-end.ts'
import { createMetrics, type Metrics } from './record/metrics.ts'
import { isSetUp } from './record/otel-globals.ts'
import { createSpanHooks, type ProcessedSpan, type SpanHooks } from './record/processor.ts'
import { createRecorder } from './record/recorder.ts'
import { startTelemetry, type Telemetry } from './record/telemetry.ts'
import { sharedState, type SharedState } from './shared-state.ts'

/** What recording needs, whoever asks for it first: `register`, or a processor in an application's own set-up. */
interface Core {
  readonly config: Config
  readonly book: () => PriceBook
  readonly metrics: Metrics
  readonly hooks: SpanHooks
  readonly version: string
}

let core: Core | undefined

function compose(): Core {
  if (core !== undefined) return core
  const config = readConfig()
  for (const problem of config.problems) say(problem)
  const version = packageVersion()
  const book = bookOf(config)
  const metrics = createMetrics({
    version,
    customerOnMetrics: config.customerOnMetrics,
    bookTime: () => bookSeconds(book()),
  })
  const hooks = createSpanHooks({
    book,
    metrics,
    attribution: () => currentAttribution(config.defaults),
  })
  core = { config, book, metrics, hooks, version }
  return core
}

/**
 * Where `register` begins. Never throws; a second time, or in a second copy of the library, it does nothing. What
 * keeps it from starting is said in a line: an application that is silently not observed helps nobody.
 */
export function start(): void {
  const state = sharedState()
  if (state.registered === true) return
  state.registered = true
  try {
    install(compose(), state)
  } catch (error) {
    say(
      `could not start, nothing is observed: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

function install({ config, book, metrics, hooks, version }: Core, state: SharedState): void {
  state.hooks ??= hooks
  state.disabled = config.disabled
  if (config.disabled || config.sdkDisabled) return
  let recorded = false
  const onRecorded = (): void => {
    recorded = true
  }
  const telemetry = isSetUp() ? undefined : setUp(config, hooks, onRecorded)
  const calls = createOpenCalls(config.idleTimeoutMs)
  const recorder = createRecorder({ book, metrics, version, onRecorded })
  interceptFetch({ config, recorder, calls })
  watchProcessEnd({
    telemetry,
    endCalls: calls.endAll,
    recorded: () => recorded,
    flushTimeoutMs: config.flushTimeoutMs,
    handover: config.exitHandover,
  })
}

function setUp(config: Config, hooks: SpanHooks, onRecorded: () => void): Telemetry {
  const nothing = (): Promise<void> => Promise.resolve()
  const processor = {
    ...hooks,
    onEnd(span: ProcessedSpan): void {
      onRecorded()
      hooks.onEnd(span)
    },
    forceFlush: nothing,
    shutdown: nothing,
  }
  const telemetry = startTelemetry(config.otel, processor, say)
  for (const problem of telemetry.problems) say(problem)
  return telemetry
}

/** The hooks behind `CostSpanProcessor`: those of the preloaded copy where there is one. */
export function spanHooks(): SpanHooks {
  const state = sharedState()
  state.hooks ??= compose().hooks
  return state.hooks as SpanHooks
}

/**
 * The bundled book is built with the first price, not at start-up. A file of the user's is read at once, so that its
 * mistakes are named before the first call; one that can't be used is left out.
 */
function bookOf(config: Config): () => PriceBook {
  const { priceFile } = config
  if (priceFile === undefined) return bundledBook
  try {
    const book = bookWithFiles([priceFile])
    return () => book
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    say(`COSTSPAN_PRICES: ${why}. Using the bundled prices.`)
    return bundledBook
  }
}

function bookSeconds(book: PriceBook): number | undefined {
  return book.time === undefined ? undefined : book.time / 1000
}

function say(line: string): void {
  process.stderr.write(`costspan: ${line}\n`)
}

function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('costspan/package.json')
  return (manifest as { readonly version: string }).version
}
