/** Every client x module form x plain and streamed x ending: a line for each case. */

import { beforeAll, describe, expect, test } from 'vitest'
import { CLIENTS, casesOf } from './cases.ts'
import { expectRecorded, expectUnnoticed } from './expectations.ts'
import { runClient, type Run } from './matrix.ts'

describe.each(CLIENTS)('$name', (client) => {
  const cases = casesOf(client)
  describe.each(['cjs', 'mjs'] as const)('%s', (form) => {
    let bare: Run
    let observed: Run
    beforeAll(async () => {
      ;[bare, observed] = await Promise.all([
        runClient(client, form, cases, false),
        runClient(client, form, cases, true),
      ])
    }, 120_000)

    test.each(cases)('$name', (one) => {
      expectUnnoticed(one, bare, observed)
      expectRecorded(client.name, one, observed)
    })

    test('the process ends as bare, and says nothing more', () => {
      expect(observed.code).toBe(bare.code)
      expect(observed.stderr).toBe(bare.stderr)
    })
  })
})
