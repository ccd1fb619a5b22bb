/** All dashboards. */

import { feature } from './feature.ts'
import { units } from './units.ts'
import { waste } from './waste.ts'
import { spend } from './spend.ts'

export const dashboards = [spend, feature, units, waste]
