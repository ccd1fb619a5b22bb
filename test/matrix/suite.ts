/** The tests of a suite: every client x module form x plain and streamed x ending, a line for each case. */

import { beforeAll, describe, expect, test } from 'vitest'
import { casesOf, type Suite } from './cases.ts'
import { expectRecorded, expectSentNoMore, expectUnnoticed } from './expectations.ts'
import { runClient, type Run } from './matrix.ts'

export function testSuite(suite: Suite): void {
  describe.each(suite.clients)('$name', (client) => {
    const cases = casesOf(client)
    describe.each(['cjs', 'mjs'] as const)('%s', (form) => {
      let bare: Run
      let observed: Run
      const both = (which: typeof cases): Promise<[Run, Run]> =>
        Promise.all([
          runClient(suite, client, form, which, false),
          runClient(suite, client, form, which, true),
        ])
      beforeAll(async () => {
        ;[bare, observed] = await both(cases)
      }, 180_000)

      test.each(cases)('$name', async (one) => {
        expectUnnoticed(one, bare, observed)
        await expectSentNoMore(one, [bare, observed], () => both([one]))
        expectRecorded(client, one, observed)
      })

      test('the process ends as bare, and says nothing more', () => {
        expect(observed.code).toBe(bare.code)
        expect(observed.stderr).toBe(bare.stderr)
      })
    })
  })
}
