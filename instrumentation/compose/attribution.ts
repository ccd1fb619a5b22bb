/** The attribution stage: what everybody has, and on demand what is configured. */

import {
  createAttributor,
  type AttributionSources,
  type Attributor,
} from '../attribution/attributor.ts'
import { openllmetryAttribution } from '../attribution/openllmetry.ts'
import type { Config } from '../config.ts'
import type { Attribution } from '../core/attribution.ts'
import type { AttributionRequiredError } from '../core/attribution-required.ts'
import { onDemand } from '../on-demand.ts'
import { propagation } from '../otel-api.ts'
import { createOutbound, type ContextAccess, type Outbound } from '../propagation/outbound.ts'
import { CACHE_KEY } from '../providers/attribution-shared.ts'
import { activeContext, withContext } from '../record/otel-globals.ts'
import type { OpenSpans } from '../record/surroundings.ts'

export interface AttributionStage {
  readonly attribute: Attributor
  /** Counts and tells what a call does not say; the error where it must not be sent. */
  readonly check: ((attribution: Attribution) => AttributionRequiredError | undefined) | undefined
  readonly outbound: Outbound
  /** To be told of spans, where rules ask for their attributes. */
  readonly openSpans: OpenSpans | undefined
  /** Begins to read inbound requests, and to let attribution travel, where that is configured; returns what ends it. */
  install(): () => void
}

export const CONTEXT: ContextAccess = {
  active: activeContext,
  run: withContext,
  createBaggage: (entries) => propagation.createBaggage(entries),
}

/**
 * @param count counts what was dropped or folded, by reason
 * @param say tells people a line
 */
export type StageMaker = (
  config: Config,
  count: (reason: string) => void,
  say: (line: string) => void,
) => AttributionStage

export const attributionStage: StageMaker = (config, count, say) => {
  const { settings, rules } = config.attribution
  if (rules === undefined && Object.keys(settings).length === 0) return plainStage(config)
  const part = 'compose/configured-attribution'
  try {
    return (onDemand(part) as { configuredStage: StageMaker }).configuredStage(config, count, say)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    say(`the settings of attribution can't be applied: ${why}. Calls are recorded without them.`)
    return plainStage(config)
  }
}

export const told = (): Attribution | undefined =>
  openllmetryAttribution((key) => activeContext().getValue(key))

const BY_DEFAULT: StatedFields = {
  read: true,
  wanted: () => false,
  session: (cacheKey) => cacheKey,
}

function plainStage({ defaults }: Config): AttributionStage {
  return {
    attribute: createAttributor({ defaults, told, stated: statedFields(BY_DEFAULT) }),
    check: undefined,
    outbound: createOutbound(CONTEXT, { pass: new Set(), put: [] }),
    openSpans: undefined,
    install: () => () => undefined,
  }
}

/** What is taken of the provider's own fields. */
export interface StatedFields {
  readonly read: boolean
  /** Which of the free key-value pairs that name no field are wanted as tags. */
  readonly wanted: (key: string) => boolean
  /** The session that calls with this `prompt_cache_key` make up; it may be a user's id. */
  readonly session: (cacheKey: string) => string | undefined
}

export function statedFields(fields: StatedFields): NonNullable<AttributionSources['stated']> {
  return (stated) => {
    if (!fields.read) return undefined
    if (stated.tags === undefined) return stated
    const { tags, ...said } = stated
    const kept = Object.entries(tags).filter(([key]) => key !== CACHE_KEY && fields.wanted(key))
    const cacheKey = Object.hasOwn(tags, CACHE_KEY) ? tags[CACHE_KEY] : undefined
    const session = said.session ?? (cacheKey === undefined ? undefined : fields.session(cacheKey))
    return {
      ...said,
      ...(session === undefined ? {} : { session }),
      ...(kept.length === 0 ? {} : { tags: Object.fromEntries(kept) }),
    }
  }
}
