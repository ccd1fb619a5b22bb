/** All dashboards. */

import { spend } from './spend.ts'

export const dashboards = [spend]
