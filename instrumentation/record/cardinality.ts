/**
 * Bounds the label sets that one process may create. Beyond the limit the prompt version, then the prompt name, then
 * feature and team become `other`: the money stays counted, the detail goes, and the fold is counted.
 */

import type { Attribution } from '../core/attribution.ts'
import { UNATTRIBUTED } from '../semconv.ts'

/** Combinations of feature, team, prompt and model per process. */
const MAX_COMBINATIONS = 300
const OTHER = 'other'

export interface Labels {
  readonly provider: string
  readonly model: string
  readonly feature: string
  readonly team: string
  readonly promptName: string
  readonly promptVersion: string
}

export interface LabelGuard {
  /** The labels to use for these; the same object for the same labels. */
  admit(provider: string, model: string, attribution: Attribution): Labels
}

export function createLabelGuard(onFold: () => void, limit: number = MAX_COMBINATIONS): LabelGuard {
  /** The one object of each label set in use, by its key: series are kept by object. */
  const admitted = new Map<string, Labels>()
  /** What was folded into what; bounded, beyond it each is folded afresh. */
  const folded = new Map<string, Labels>()
  const intern = (labels: Labels): Labels => {
    const key = keyOf(labels)
    const existing = admitted.get(key)
    if (existing !== undefined) return existing
    admitted.set(key, labels)
    return labels
  }
  const fold = (labels: Labels): Labels => {
    onFold()
    for (const { to, room } of foldsOf(labels)) {
      const known = admitted.get(keyOf(to))
      if (known !== undefined) return known
      if (admitted.size < limit * room && keyOf(to) !== keyOf(labels)) return intern(to)
    }
    return intern(NOTHING_TOLD_APART)
  }
  const admit = (provider: string, model: string, attribution: Attribution): Labels => {
    const labels = labelsOf(provider, model, attribution)
    const key = keyOf(labels)
    const known = admitted.get(key) ?? folded.get(key)
    if (known !== undefined) return known
    if (admitted.size < limit) return intern(labels)
    const fitted = fold(labels)
    if (folded.size < limit * 10) folded.set(key, fitted)
    return fitted
  }
  return { admit: remembering(admit) }
}

const RECENT = 8

/** Most calls repeat the labels of a recent one: comparing six words is cheaper than making a key of them. */
function remembering(admit: LabelGuard['admit']): LabelGuard['admit'] {
  const recent: { readonly asked: Labels; readonly labels: Labels }[] = []
  let oldest = 0
  return (provider, model, attribution) => {
    for (const { asked, labels } of recent) {
      if (isAsked(asked, provider, model, attribution)) return labels
    }
    const labels = admit(provider, model, attribution)
    recent[oldest] = { asked: labelsOf(provider, model, attribution), labels }
    oldest = (oldest + 1) % RECENT
    return labels
  }
}

function isAsked(asked: Labels, provider: string, model: string, by: Attribution): boolean {
  return (
    asked.model === model &&
    asked.feature === (by.feature ?? UNATTRIBUTED) &&
    asked.promptVersion === (by.prompt?.version ?? UNATTRIBUTED) &&
    asked.promptName === (by.prompt?.name ?? UNATTRIBUTED) &&
    asked.team === (by.team ?? UNATTRIBUTED) &&
    asked.provider === provider
  )
}

/** Names of one kind that an application invents; beyond the limit they are `other`, and each such use is counted. */
export function boundedNames(onFold: () => void, limit: number): (name: string) => string {
  const admitted = new Set<string>()
  return (name) => {
    if (admitted.has(name)) return name
    if (admitted.size < limit) {
      admitted.add(name)
      return name
    }
    onFold()
    return OTHER
  }
}

interface Fold {
  readonly to: Labels
  /** How far beyond the limit a set folded like this is let in: what is folded least has the least room. */
  readonly room: number
}

/** From the least loss of detail to the greatest. What was not known is not folded: it stays `unattributed`. */
function foldsOf(labels: Labels): readonly Fold[] {
  const folded = (value: string): string => (value === UNATTRIBUTED ? value : OTHER)
  const version = { ...labels, promptVersion: folded(labels.promptVersion) }
  const name = { ...version, promptName: folded(labels.promptName) }
  const feature = { ...name, feature: folded(labels.feature), team: folded(labels.team) }
  return [
    { to: version, room: 1 + 1 / 3 },
    { to: name, room: 1 + 2 / 3 },
    { to: feature, room: 2 },
    { to: { ...feature, model: OTHER }, room: 2 + 1 / 3 },
  ]
}

/** Where even models or providers are invented. */
const NOTHING_TOLD_APART: Labels = {
  provider: OTHER,
  model: OTHER,
  feature: OTHER,
  team: OTHER,
  promptName: OTHER,
  promptVersion: OTHER,
}

function labelsOf(provider: string, model: string, attribution: Attribution): Labels {
  return {
    provider,
    model,
    feature: attribution.feature ?? UNATTRIBUTED,
    team: attribution.team ?? UNATTRIBUTED,
    promptName: attribution.prompt?.name ?? UNATTRIBUTED,
    promptVersion: attribution.prompt?.version ?? UNATTRIBUTED,
  }
}

function keyOf(labels: Labels): string {
  const { provider, model, feature, team, promptName, promptVersion } = labels
  return `${provider}\u0000${model}\u0000${feature}\u0000${team}\u0000${promptName}\u0000${promptVersion}`
}
