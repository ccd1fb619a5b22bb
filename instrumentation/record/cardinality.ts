/**
 * Bounds the label sets that one process may create. Beyond the limit the prompt version, then the prompt name, then
 * feature and team become `other`: the money stays counted, the detail goes, and the fold is counted.
 */

import type { Attribution } from '../core/attribution.ts'
import { UNATTRIBUTED } from '../semconv.ts'

/** Combinations of feature, team, prompt and model per process. */
export const MAX_COMBINATIONS = 300
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
  const known = new Map<string, Labels>()
  const admitted = new Set<string>()
  const fit = (labels: Labels): Labels => {
    if (admitted.size < limit) return labels
    onFold()
    const folds: readonly Labels[] = [
      { ...labels, promptVersion: OTHER },
      { ...labels, promptVersion: OTHER, promptName: OTHER },
      { ...labels, promptVersion: OTHER, promptName: OTHER, feature: OTHER, team: OTHER },
    ]
    const room = folds.find((fold) => admitted.has(keyOf(fold)))
    // The last fold is as many as there are models; a runaway of models is folded too.
    return room ?? folds.at(-1) ?? labels
  }
  return {
    admit(provider, model, attribution) {
      const labels = labelsOf(provider, model, attribution)
      const key = keyOf(labels)
      const seen = known.get(key)
      if (seen !== undefined) return seen
      const fitted = admitted.has(key) ? labels : fit(labels)
      admitted.add(keyOf(fitted))
      // What was folded is remembered as well, up to a bound: after it each new set is folded afresh.
      if (known.size < limit * 10) known.set(key, fitted)
      return fitted
    },
  }
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

export function keyOf(labels: Labels): string {
  const { provider, model, feature, team, promptName, promptVersion } = labels
  return `${provider}\u0000${model}\u0000${feature}\u0000${team}\u0000${promptName}\u0000${promptVersion}`
}
