/** All dashboards. */

import { feature } from './feature.ts'
import { spend } from './spend.ts'

export const dashboards = [spend, feature]
