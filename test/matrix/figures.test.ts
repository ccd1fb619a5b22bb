/** The figures that the README gives of the matrix. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LONG_TAIL } from '../clients/cases.ts'
import { MATRIX } from './cases.ts'
import { countCases } from './figures.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

test.each([
  { suite: MATRIX, command: 'npx vitest run test/matrix' },
  { suite: LONG_TAIL, command: 'npm run test:clients' },
])('the README counts the clients and cases of $suite.folder', ({ suite, command }) => {
  expect(readme).toContain(command)
  expect(readme).toContain(`${suite.clients.length} clients`)
  expect(readme).toContain(`${countCases(suite)} of ${countCases(suite)}`)
})
