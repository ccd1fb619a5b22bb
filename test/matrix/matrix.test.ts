/** The clients that the repository itself has installed. */

import { MATRIX } from './cases.ts'
import { testSuite } from './suite.ts'

testSuite(MATRIX)
