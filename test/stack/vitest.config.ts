import { defineConfig } from 'vitest/config'

/** The real engines: slow, and left out where they are missing. */
export default defineConfig({
  test: {
    include: ['test/stack/**/*.test.ts'],
    pool: 'forks',
    // Each file starts engines of its own; two cores carry one set at a time.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: [['default', { summary: false }]],
  },
})
