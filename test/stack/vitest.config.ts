import { defineConfig } from 'vitest/config'

/** The real engines: slow, and left out where they are missing. */
export default defineConfig({
  test: {
    include: ['test/stack/**/*.test.ts'],
    pool: 'forks',
    // Each file starts engines of its own; two cores carry one set at a time.
    fileParallelism: false,
    // Engines keep time: a machine that stands still for a second fails a test once, what is broken fails it twice.
    retry: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: [['default', { summary: false }]],
  },
})
