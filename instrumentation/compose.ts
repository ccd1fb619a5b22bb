/** The one place where the stages are wired together. */

import { createRequire } from 'node:module'
import type { AttributionQuestion } from './attribution/attributor.ts'
import { withAttribution } from './attribution/context.ts'
import { attributionStage, type AttributionStage } from './compose/attribution.ts'
import { pricesOf } from './compose/prices.ts'
import { diagnosisIn, NO_DIAGNOSIS } from './compose/diagnosis.ts'
import { intercept } from './compose/interception.ts'
import { recordingsOf, spanCosts, unitsOf, type ProcessState } from './compose/units.ts'
import { readConfig, type Config } from './config.ts'
import type { Attribution } from './core/attribution.ts'
import { watchSteps } from './intercept/clients/ai-sdk.ts'
import { createOpenCalls } from './intercept/open-calls.ts'
import { layerOf } from './pricing/layer.ts'
import type { PriceBook, PriceBookSource } from './pricing/index.ts'
import { refuseBundled } from './on-demand.ts'
import type { Prices } from './prices.ts'
import { watchProcessEnd } from './process-end.ts'
import { endAbandoned } from './record/adoption.ts'
import { createMetrics, type Metrics } from './record/metrics.ts'
import { isSetUp } from './record/otel-globals.ts'
import { createSpanHooks, type ProcessedSpan, type SpanHooks } from './record/processor.ts'
import { createRecorder } from './record/recorder.ts'
import type { SpanCosts } from './record/span-costs.ts'
import { startTelemetry, type Telemetry } from './record/telemetry.ts'
import type { UnitMetrics } from './record/unit-metrics.ts'
import type { Recordings } from './recordings.ts'
import { SCOPE_NAME } from './semconv.ts'
import { sharedState, type SharedState } from './shared-state.ts'

/** What recording needs, whoever asks for it first: `register`, or a processor in an application's own set-up. */
interface Core {
  readonly config: Config
  readonly prices: Prices
  readonly metrics: Metrics
  readonly units: () => UnitMetrics
  readonly costs: SpanCosts | undefined
  readonly hooks: SpanHooks
  readonly attribution: AttributionStage
  readonly version: string
  readonly process: ProcessState
}

let core: Core | undefined
let diagnosis = NO_DIAGNOSIS

/** Asked on behalf of what is no call: outcomes, and costs beside calls. */
const NO_CALL: AttributionQuestion = { provider: 'none', ahead: true }

function forRecordings({ attribution }: Pick<Core, 'attribution'>): {
  readonly attributionWith: (given: Attribution) => Attribution
  readonly warn: (line: string) => void
} {
  return {
    // As if it had been declared around: rules, allowed values and hashes hold for it too.
    attributionWith: (given) => withAttribution(given, () => attribution.attribute(NO_CALL)),
    warn: say,
  }
}

function compose(): Core {
  if (core !== undefined) return core
  refuseBundled()
  const config = readConfig()
  const version = packageVersion()
  diagnosis = diagnosisIn(config.doctor, version)
  for (const problem of config.problems) say(problem)
  const prices = pricesOf(config, say)
  const { book } = prices
  sharedState().prices ??= prices
  const process: ProcessState = { telemetry: undefined, recorded: false }
  const counts = createMetrics({
    version,
    customerOnMetrics: config.customerOnMetrics,
    bookTime: () => bookSeconds(book()),
    histogramsOn: (provider) => process.telemetry?.histogramsOn(provider),
  })
  const attribution = attributionStage(
    config,
    (reason) => {
      counts.dropped('attribution', reason)
    },
    say,
  )
  const { attribute, openSpans } = attribution
  const units = unitsOf(counts, version, config.context)
  const metrics: Metrics = {
    ...counts,
    record(call, cost) {
      counts.record(call, cost)
      diagnosis.recorded(call, cost)
      if (call.attribution.unit !== undefined) units().called(call)
    },
  }
  const costs = spanCosts(config.costs, metrics, () => attribute(NO_CALL))
  const hooks = createSpanHooks({ book, metrics, attribute, openSpans, costs })
  core = { config, prices, metrics, units, costs, hooks, attribution, version, process }
  return core
}

/**
 * Where `register` begins. Never throws; a second time, or in a second copy of the library, it does nothing. What
 * keeps it from starting is said in a line: an application that is silently not observed helps nobody.
 */
export function start(): void {
  const state = sharedState()
  if (state.registered === true) return
  const composed = composedOrTold()
  if (composed === undefined) return
  state.registered = true
  try {
    install(composed, state)
  } catch (error) {
    tell(error)
  }
}

let told = false

/** undefined where this copy can't do its work: then that is said, once. */
function composedOrTold(): Core | undefined {
  try {
    return compose()
  } catch (error) {
    if (!told) tell(error)
    told = true
    return undefined
  }
}

function tell(error: unknown): void {
  const why = error instanceof Error ? error.message : String(error)
  say(`could not start, nothing is observed: ${why}`)
}

function install(core: Core, state: SharedState): void {
  const { config, prices, metrics, hooks, attribution, version } = core
  state.hooks ??= diagnosis.hooks(hooks, true)
  state.recordings ??= recordingsOf({ ...core, ...forRecordings(core) })
  state.disabled = config.disabled
  if (config.disabled || config.sdkDisabled) {
    diagnosis.off(config.disabled ? 'COSTSPAN_DISABLED' : 'OTEL_SDK_DISABLED')
    return
  }
  const onRecorded = (): void => {
    core.process.recorded = true
  }
  const telemetry = isSetUp() ? undefined : setUp({ config, hooks, version }, onRecorded)
  core.process.telemetry = telemetry
  const calls = createOpenCalls(config.idleTimeoutMs)
  const recorder = createRecorder({
    book: prices.book,
    metrics,
    version,
    ownsSpans: () => telemetry?.ownsSpans === true,
    plainSpans: telemetry?.plainSpans,
    onStart: core.costs?.calledBelow,
    onRecorded,
  })
  const step = watchSteps()
  const group = (): object | undefined => step() ?? recorder.activeSpan()
  const { attribute, check, outbound } = attribution
  const observation = {
    config,
    recorder: diagnosis.recorder(recorder),
    calls,
    group,
    attribute,
    check,
    outbound,
  }
  attribution.install()
  intercept((hook) => diagnosis.observation(observation, hook))
  watchProcessEnd({
    telemetry,
    endCalls() {
      calls.endAll()
      endAbandoned()
    },
    recorded: () => core.process.recorded,
    flushTimeoutMs: config.flushTimeoutMs,
    handover: config.exitHandover,
    onEnded: diagnosis.ended,
  })
  diagnosis.running({ exporters: config.otel.tracesExporters, telemetry })
}

function setUp(
  { config, hooks, version }: Pick<Core, 'config' | 'hooks' | 'version'>,
  onRecorded: () => void,
): Telemetry {
  const nothing = (): Promise<void> => Promise.resolve()
  const own = diagnosis.hooks(hooks, false)
  const processor = {
    ...own,
    onEnd(span: ProcessedSpan): void {
      onRecorded()
      own.onEnd(span)
    },
    forceFlush: nothing,
    shutdown: nothing,
  }
  const telemetry = startTelemetry(config.otel, processor, { name: SCOPE_NAME, version }, say)
  for (const problem of telemetry.problems) say(problem)
  return telemetry
}

/** The hooks behind `CostSpanProcessor`: those of the preloaded copy where there is one. */
export function spanHooks(): SpanHooks | undefined {
  const state = sharedState()
  if (state.hooks === undefined) {
    const composed = composedOrTold()
    if (composed !== undefined) state.hooks = diagnosis.hooks(composed.hooks, true)
  }
  return state.hooks as SpanHooks | undefined
}

/** What records outcomes and costs: that of the preloaded copy where there is one. Nothing where costspan is disabled. */
export function recordings(): Recordings | undefined {
  const state = sharedState()
  if (state.recordings === undefined) {
    const composed = composedOrTold()
    if (composed === undefined || composed.config.disabled) return undefined
    state.recordings = recordingsOf({ ...composed, ...forRecordings(composed) })
  }
  return (state.recordings as () => Recordings)()
}

/**
 * Lays prices over all others, in place of what was so laid before.
 * @throws PriceBookError saying where, what is wrong and what is allowed.
 */
export function usePrices(source: PriceBookSource): void {
  const layer = layerOf(source, 'usePrices')
  const state = sharedState()
  state.prices ??= composedOrTold()?.prices
  ;(state.prices as Prices | undefined)?.use(layer, 'code')
}

function bookSeconds(book: PriceBook): number | undefined {
  return book.time === undefined ? undefined : book.time / 1000
}

function say(line: string): void {
  diagnosis.said(line)
  process.stderr.write(`costspan: ${line}\n`)
}

function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('costspan/package.json')
  return (manifest as { readonly version: string }).version
}
