/** Sampler, propagator and resource as the standard variables choose them. */

import type { TextMapPropagator } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { Sampler } from '@opentelemetry/sdk-trace'
import type { OtelSettings } from '../config.ts'
import { notKnown, type Load } from './sdk-loading.ts'

export interface Chosen<T> {
  readonly value: T
  /** Settings that name nothing we know, one line each. */
  readonly problems: readonly string[]
}

export function sampler(load: Load, settings: OtelSettings): Chosen<Sampler> {
  const sdk = load('@opentelemetry/sdk-trace') as typeof import('@opentelemetry/sdk-trace')
  const ratio = (): Sampler => new sdk.TraceIdRatioBasedSampler(settings.samplerRatio)
  const parentBased = (root: Sampler): Sampler => new sdk.ParentBasedSampler({ root })
  const known: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new sdk.AlwaysOnSampler(),
    always_off: () => new sdk.AlwaysOffSampler(),
    traceidratio: ratio,
    parentbased_always_on: () => parentBased(new sdk.AlwaysOnSampler()),
    parentbased_always_off: () => parentBased(new sdk.AlwaysOffSampler()),
    parentbased_traceidratio: () => parentBased(ratio()),
  }
  const create = Object.hasOwn(known, settings.sampler) ? known[settings.sampler] : undefined
  if (create !== undefined) return { value: create(), problems: [] }
  const problem = notKnown('OTEL_TRACES_SAMPLER', settings.sampler, Object.keys(known))
  return { value: parentBased(new sdk.AlwaysOnSampler()), problems: [problem] }
}

export function propagator(load: Load, settings: OtelSettings): Chosen<TextMapPropagator> {
  const core = load('@opentelemetry/core') as typeof import('@opentelemetry/core')
  const b3 = (multi: boolean): TextMapPropagator => {
    const { B3InjectEncoding, B3Propagator } = load(
      '@opentelemetry/propagator-b3',
    ) as typeof import('@opentelemetry/propagator-b3')
    return new B3Propagator(multi ? { injectEncoding: B3InjectEncoding.MULTI_HEADER } : {})
  }
  const known: Readonly<Record<string, () => TextMapPropagator>> = {
    tracecontext: () => new core.W3CTraceContextPropagator(),
    baggage: () => new core.W3CBaggagePropagator(),
    b3: () => b3(false),
    b3multi: () => b3(true),
  }
  const named = settings.propagators.filter((name) => name !== 'none')
  const unknown = named.filter((name) => !Object.hasOwn(known, name))
  const propagators = named.flatMap((name) => known[name]?.() ?? [])
  return {
    value: new core.CompositePropagator({ propagators }),
    problems: unknown.map((name) => notKnown('OTEL_PROPAGATORS', name, Object.keys(known))),
  }
}

/**
 * Service and attributes of the environment, a `service.instance.id` unique to this process start, and the process.
 * Not the host: its detector is asynchronous and would hold back the first export, and all of it at `process.exit`.
 */
export function resource(load: Load): Resource {
  const { defaultResource, detectResources, envDetector, serviceInstanceIdDetector } = load(
    '@opentelemetry/resources',
  ) as typeof import('@opentelemetry/resources')
  return defaultResource().merge(
    detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }),
  )
}
