/** Who and what a span or a log record is for, and where it came from: the same for calls, outcomes and other costs. */

import * as semconv from '../instrumentation/semconv.ts'
import { reader, type AttributeReader } from './attribute-reader.ts'
import type { Attributes } from './receiver/span.ts'

type Texts<K extends string> = Readonly<Record<K, string | undefined>>

export function originOf(attributes: Attributes): Texts<'environment'> & {
  readonly service: string
} {
  const resource = reader(attributes)
  return {
    service: resource.text(semconv.ATTR_SERVICE_NAME) ?? 'unknown_service',
    environment:
      resource.text(semconv.ATTR_ENVIRONMENT) ?? resource.text(semconv.ATTR_ENVIRONMENT_LEGACY),
  }
}

export function whoOf(
  read: AttributeReader,
): Texts<'feature' | 'team' | 'customer' | 'promptName' | 'promptVersion'> {
  return {
    feature: read.text(semconv.ATTR_FEATURE),
    team: read.text(semconv.ATTR_TEAM),
    customer: read.text(semconv.ATTR_CUSTOMER),
    promptName: read.text(semconv.ATTR_PROMPT_NAME),
    promptVersion: read.text(semconv.ATTR_PROMPT_VERSION),
  }
}

export function tagsOf(read: AttributeReader): Readonly<Record<string, string>> {
  return read.prefixed(semconv.PREFIX_TAG)
}

/** A conversation is a unit of that type, whichever of the two the emitter names. */
export function unitOf(read: AttributeReader): Texts<'conversation' | 'unitType' | 'unitId'> {
  const type = read.text(semconv.ATTR_UNIT_TYPE)
  const id = read.text(semconv.ATTR_UNIT_ID)
  const stated = read.text(semconv.ATTR_CONVERSATION_ID)
  const conversation = stated ?? (type === 'conversation' ? id : undefined)
  if (type !== undefined && id !== undefined) return { conversation, unitType: type, unitId: id }
  const unitType = conversation === undefined ? undefined : 'conversation'
  return { conversation, unitType, unitId: conversation }
}

/** Drops what is undefined: an absent field means "not said". */
export function compact<T extends object>(row: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== undefined),
  ) as unknown as T
}
