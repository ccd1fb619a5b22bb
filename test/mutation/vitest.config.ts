import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The tests that mutants of `instrumentation/pricing` are tried against: those that call it directly. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: [
      'test/pricing/{book,bundled,contract,golden,inclusive-usage,memory,money,names,price,prices-file,reprice,resolve,schedule,variants}.test.ts',
    ],
  },
})
