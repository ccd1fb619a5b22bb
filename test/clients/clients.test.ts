/** The matrix for the clients of the long tail. */

import { testSuite } from '../matrix/suite.ts'
import { LONG_TAIL } from './cases.ts'

testSuite(LONG_TAIL)
