/** Waste and anomalies: what was paid for and not used, what grows, which alerts fire and why. */

import { causes } from './annotations.ts'
import { board } from './board.ts'
import { alertsOverTime, causesByFeature, firing } from './waste-alerts.ts'
import { answers, attempts, context, repeats, tail } from './waste-growth.ts'
import { attemptsPerCall, byKind, cacheHits, overTime, saved, share, wasted } from './waste-now.ts'
import { choices } from './variables.ts'

export const waste = board({
  name: 'waste',
  description: 'What was paid for and not used, what grows, and which alerts fire.',
  pace: 'hours',
  variables: choices('environment', 'feature'),
  annotations: [causes],
  rows: [
    { title: 'How much is waste?', panels: [wasted, share, attemptsPerCall, cacheHits, saved] },
    { title: 'Which waste?', panels: [overTime, byKind] },
    { title: 'Which alerts fire, and why?', panels: [firing, causesByFeature, alertsOverTime] },
    { title: 'What grows?', panels: [context, attempts, answers, repeats, tail] },
  ],
})
