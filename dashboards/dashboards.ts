/** All dashboards. */

import { feature } from './feature.ts'
import { health } from './health.ts'
import { spend } from './spend.ts'
import { units } from './units.ts'
import { waste } from './waste.ts'

export const dashboards = [spend, feature, units, waste, health]
