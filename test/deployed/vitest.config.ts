import { defineConfig } from 'vitest/config'

/** Applications as they are deployed: bundled, or built by a framework that is installed for it. */
export default defineConfig({
  test: {
    include: ['test/deployed/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 900_000,
    reporters: [['default', { summary: false }]],
  },
})
