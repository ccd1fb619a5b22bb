import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The tests that mutants of `instrumentation/pricing` are tried against: those that call it directly. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: [
      'test/pricing/{book,contract,golden,inclusive-usage,money,names,price,reprice,resolve,schedule}.test.ts',
    ],
  },
})
